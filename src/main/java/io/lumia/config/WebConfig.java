package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The admin API; the {@code web} block.
 *
 * @param peerTokenFiles of the processes that ask this one, each with the token that is its {@code upstream.token-file}
 */
public record WebConfig(
        String host,
        int port,
        List<String> names,
        @Nullable String token,
        @JsonProperty("peer-token-files") List<Path> peerTokenFiles,
        WebSessionConfig session,
        TlsSection tls) {
    private static final WebSessionConfig USUAL_SESSION =
            new WebSessionConfig(Duration.ofMinutes(30), Duration.ofHours(12));

    public WebConfig {
        Check.port("port", port);
        Check.that(!names.isEmpty(), "names must hold at least one name or address");
        names = List.copyOf(names);
        peerTokenFiles = List.copyOf(peerTokenFiles);
        Check.that(token == null || token.length() >= 16, "token must have at least 16 characters");
        Check.that(
                tls.mode() != TlsSection.Mode.DISABLED || loopback(host),
                "tls.mode disabled is for loopback only, since the admin token would be readable on the way; host is "
                        + host + ": leave mode empty for HTTPS by the fleet's own CA, or use acme or manual");
        Check.that(
                https(tls, host) || !tls.mtls().requireClientCert(),
                "tls.mtls.require-client-cert needs HTTPS: set tls.mode to embedded, acme or manual");
        Check.that(
                tls.mtls().requireClientCert()
                        || (tls.mtls().clientCaFiles().isEmpty()
                                && tls.mtls().allowedClientCns().isEmpty()),
                "tls.mtls needs require-client-cert: true, or nothing is demanded of clients");
    }

    /** With the usual limits of sessions. */
    public WebConfig(String host, int port, List<String> names, @Nullable String token, TlsSection tls) {
        this(host, port, names, token, List.of(), USUAL_SESSION, tls);
    }

    /** Whether it is to be reached from this machine alone. */
    public boolean onLoopback() {
        return loopback(host);
    }

    /** Whether it speaks HTTPS: beyond loopback always, there when the section says so. */
    public boolean https() {
        return https(tls, host);
    }

    private static boolean https(TlsSection tls, String host) {
        return tls.mode() == null ? !loopback(host) : tls.mode() != TlsSection.Mode.DISABLED;
    }

    private static boolean loopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return AddressRange.address(host).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "WebConfig[" + host + ":" + port + "]";
    }
}
