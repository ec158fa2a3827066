package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that is watched; one entry of {@code expiry.watch}. One of files, endpoint and acme-directory.
 *
 * @param files patterns of PEM, DER or PKCS#12 files, {@code *} and {@code **} as a shell reads them
 * @param passwordFile holds the password of PKCS#12 files
 * @param endpoint of a TLS server
 * @param protocol what is spoken over TLS; null: nothing
 * @param acmeDirectory whose health is watched
 * @param serverName that the certificate must be for; null: the endpoint's host
 * @param caFile roots to which the chain must lead, PEM; null: the chain is not verified
 * @param crlFiles CRLs of the chain's issuers; null or empty: revocation is not looked at
 * @param certFile certificate shown to the endpoint
 * @param keyFile its key
 * @param warning null: {@code expiry.warning}
 * @param critical null: {@code expiry.critical}
 */
public record WatchConfig(
        @Nullable List<String> files,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        @Nullable HostPort endpoint,
        @Nullable Protocol protocol,
        @JsonProperty("acme-directory") @Nullable URI acmeDirectory,
        @JsonProperty("server-name") @Nullable String serverName,
        @JsonProperty("ca-file") @Nullable Path caFile,
        @JsonProperty("crl-files") @Nullable List<Path> crlFiles,
        @JsonProperty("cert-file") @Nullable Path certFile,
        @JsonProperty("key-file") @Nullable Path keyFile,
        @Nullable Duration warning,
        @Nullable Duration critical) {
    public WatchConfig {
        long kinds = Stream.of(files, endpoint, acmeDirectory)
                .filter(kind -> kind != null)
                .count();
        Check.that(kinds == 1, "needs one of files, endpoint and acme-directory, has " + kinds);
        Check.that(files == null || !files.isEmpty(), "files must name at least one");
        Check.that((certFile == null) == (keyFile == null), "cert-file and key-file belong together");
        Check.that(
                crlFiles == null || crlFiles.isEmpty() || caFile != null,
                "crl-files need ca-file, the CAs they are of");
        Check.that(protocol == null || endpoint != null, "protocol belongs to an endpoint");
        if (warning != null) {
            Check.positive("warning", warning);
        }
        if (critical != null) {
            Check.positive("critical", critical);
        }
    }

    /** What is spoken over TLS. */
    public enum Protocol {
        TLS,
        MQTT
    }
}
