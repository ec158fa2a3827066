package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.config.TlsConfig.TlsVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the certificate of one listener comes from, and what it demands of its clients; a {@code tls} block within that of its part.
 *
 * @param mode null only where the part says what an empty one means
 * @param minVersion null: that of the block {@code tls} of all
 * @param certFile chain of the manual pair, leaf first; with mode acme the fallback
 */
public record TlsSection(
        @Nullable Mode mode,
        @JsonProperty("min-version") @Nullable TlsVersion minVersion,
        @JsonProperty("cert-file") @Nullable Path certFile,
        @JsonProperty("key-file") @Nullable Path keyFile,
        AcmeClientConfig acme,
        Mtls mtls) {
    public TlsSection {
        demandPair(certFile, keyFile);
        Check.that(mode != Mode.MANUAL || certFile != null, "mode manual needs cert-file and key-file");
        Check.that(
                mode != Mode.ACME || acme.directoryUrl() != null,
                "mode acme needs acme.directory-url, the address of the CA's ACME directory");
    }

    /** A certificate of our own CA, or as the part says when {@code mode} is null; nothing demanded beyond. */
    public static TlsSection of(@Nullable Mode mode) {
        return new TlsSection(mode, null, null, null, AcmeClientConfig.NONE, Mtls.NONE);
    }

    /** Where a certificate comes from. */
    public enum Mode {
        /** From the fleet's own CA, asked on the bus. */
        EMBEDDED,
        /** From an ACME server (RFC 8555). */
        ACME,
        /** From files that an operator keeps up to date. */
        MANUAL,
        /** No TLS. */
        DISABLED;

        /** As it is written: {@code acme}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is demanded of clients.
     *
     * @param clientCaFiles PEM files with CAs whose clients may connect
     * @param allowedClientCns common names that may connect, with * for any characters; empty: all with a good certificate
     */
    public record Mtls(
            @JsonProperty("client-ca-files") List<Path> clientCaFiles,
            @JsonProperty("require-client-cert") boolean requireClientCert,
            @JsonProperty("allowed-client-cns") List<String> allowedClientCns) {
        /** No client certificate. */
        public static final Mtls NONE = new Mtls(List.of(), false, List.of());

        public Mtls {
            clientCaFiles = List.copyOf(clientCaFiles);
            allowedClientCns = List.copyOf(allowedClientCns);
            for (String allowed : allowedClientCns) {
                Check.that(!allowed.isBlank(), "allowed-client-cns has an empty entry");
            }
        }
    }

    static void demandPair(@Nullable Path certFile, @Nullable Path keyFile) {
        Check.that(certFile == null || keyFile != null, "cert-file needs key-file, its private key");
        Check.that(keyFile == null || certFile != null, "key-file needs cert-file, its certificate");
    }
}
