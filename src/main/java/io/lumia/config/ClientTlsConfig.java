package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.config.TlsConfig.TlsVersion;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where identities get their certificates, and whom they trust; the {@code agent.tls} block. Names, account key and place on disk are those of
 * the identity, whatever the CA.
 *
 * @param certFile with %u for the identity's name
 * @param caFiles roots trusted beside the one that provisioning handed out, PEM
 */
public record ClientTlsConfig(
        Mode mode,
        @JsonProperty("min-version") @Nullable TlsVersion minVersion,
        @JsonProperty("cert-file") @Nullable Path certFile,
        @JsonProperty("key-file") @Nullable Path keyFile,
        @JsonProperty("ca-files") List<Path> caFiles,
        Acme acme) {
    /** As provisioning says. */
    public static final ClientTlsConfig EMBEDDED =
            new ClientTlsConfig(Mode.EMBEDDED, null, null, null, List.of(), new Acme(null, null, null));

    public ClientTlsConfig {
        caFiles = List.copyOf(caFiles);
        TlsSection.demandPair(certFile, keyFile);
        Check.that(
                (mode == Mode.MANUAL) == (certFile != null),
                "mode manual and cert-file with key-file belong together; an identity has no fallback pair");
        Check.that(
                mode != Mode.MANUAL || !caFiles.isEmpty(),
                "ca-files must name the roots that vouch for the broker in mode manual, where nobody hands them out");
        Check.that(
                mode != Mode.ACME || acme.directoryUrl != null,
                "mode acme needs acme.directory-url, the address of the CA's ACME directory");
        Check.that(
                mode == Mode.ACME || acme.directoryUrl == null,
                "acme.directory-url needs mode acme; without it provisioning says where certificates are ordered");
    }

    /** Where a certificate comes from. */
    public enum Mode {
        /** From the CA that provisioning names. */
        EMBEDDED,
        /** From the CA named here. */
        ACME,
        /** From files that an operator keeps up to date. */
        MANUAL
    }

    /**
     * A CA other than the one that provisioning names.
     *
     * @param caBundle roots that vouch for the directory and lead its certificates, PEM
     * @param renewBefore left of the lifetime when it is renewed; null: by the policy of all
     */
    public record Acme(
            @JsonProperty("directory-url") @Nullable URI directoryUrl,
            @JsonProperty("ca-bundle") @Nullable Path caBundle,
            @JsonProperty("renew-before") @Nullable Duration renewBefore) {
        public Acme {
            Check.that(
                    directoryUrl == null || "https".equals(directoryUrl.getScheme()),
                    "directory-url must be an https address (RFC 8555, 6.1), is " + directoryUrl);
            if (renewBefore != null) {
                Check.positive("renew-before", renewBefore);
            }
        }
    }

    /** Every file with roots. */
    public List<Path> trusted() {
        return acme.caBundle == null
                ? caFiles
                : Stream.concat(caFiles.stream(), Stream.of(acme.caBundle)).toList();
    }
}
