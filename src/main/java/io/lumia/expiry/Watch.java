package io.lumia.expiry;

import io.lumia.config.ExpiryConfig;
import io.lumia.config.HostPort;
import io.lumia.config.WatchConfig;
import io.lumia.config.WatchConfig.Protocol;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something to look at.
 *
 * @param warning less than this left warns
 * @param critical less than this left is critical
 */
public record Watch(String name, Subject subject, Expectation expectation, Duration warning, Duration critical) {
    /** What is looked at. */
    public sealed interface Subject {}

    /**
     * @param patterns paths with {@code *} and {@code **}
     * @param passwordFile of PKCS#12 files
     */
    public record Files(List<String> patterns, @Nullable Path passwordFile) implements Subject {}

    /**
     * @param certFile shown to the server
     * @param keyFile its key
     */
    public record Endpoint(
            HostPort address,
            Protocol protocol,
            @Nullable Path certFile,
            @Nullable Path keyFile) implements Subject {}

    public record Directory(URI address) implements Subject {}

    /**
     * What the chain must be good for.
     *
     * @param caFile roots, PEM; null: the chain is not verified
     * @param crlFiles empty: revocation is not looked at
     * @param serverName null: that of the address
     */
    public record Expectation(
            @Nullable Path caFile,
            List<Path> crlFiles,
            @Nullable String serverName) {
        public Expectation {
            crlFiles = List.copyOf(crlFiles);
        }
    }

    /** As it is configured. */
    public static Watch of(String name, WatchConfig watch, ExpiryConfig config) {
        return new Watch(
                name,
                subject(watch),
                new Expectation(
                        watch.caFile(), Optional.ofNullable(watch.crlFiles()).orElse(List.of()), watch.serverName()),
                Optional.ofNullable(watch.warning()).orElse(config.warning()),
                Optional.ofNullable(watch.critical()).orElse(config.critical()));
    }

    private static Subject subject(WatchConfig watch) {
        if (watch.files() != null) {
            return new Files(watch.files(), watch.passwordFile());
        }
        if (watch.endpoint() != null) {
            return new Endpoint(
                    watch.endpoint(),
                    Optional.ofNullable(watch.protocol()).orElse(Protocol.TLS),
                    watch.certFile(),
                    watch.keyFile());
        }
        return new Directory(Objects.requireNonNull(watch.acmeDirectory()));
    }
}
