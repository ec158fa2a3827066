package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every TLS listener and client keeps to; the {@code tls} block.
 *
 * @param cipherSuites IANA names; never empty: the default set stands in for an empty list
 * @param openssl whether OpenSSL is used where it loads
 */
public record TlsConfig(
        @JsonProperty("min-version") TlsVersion minVersion,
        @JsonProperty("cipher-suites") List<String> cipherSuites,
        @JsonProperty("native") boolean openssl) {
    /** Forward secrecy and AEAD only (RFC 9325, 4.2). */
    private static final List<String> STRONG = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    public TlsConfig {
        cipherSuites = cipherSuites.isEmpty() ? STRONG : List.copyOf(cipherSuites);
        for (String suite : cipherSuites) {
            Check.that(
                    suite.matches("TLS_[A-Z0-9_]+") && !suite.matches(".*_(NULL|anon|EXPORT|RC4|DES|3DES|MD5)_?.*"),
                    "cipher-suites has '" + suite + "', which is no strong IANA cipher suite name");
        }
    }

    /**
     * The same for one listener or client.
     *
     * @param least null: the version for all
     */
    public TlsConfig from(@Nullable TlsVersion least) {
        return least == null ? this : new TlsConfig(least, cipherSuites, openssl);
    }

    /** The versions that are offered, oldest first. */
    public List<String> versions() {
        return minVersion == TlsVersion.TLS_1_3 ? List.of("TLSv1.3") : List.of("TLSv1.2", "TLSv1.3");
    }

    /** TLS versions that Lumia speaks. */
    public enum TlsVersion {
        TLS_1_2,
        TLS_1_3;

        /** Accepts {@code TLSv1.2} and {@code 1.2}. */
        @JsonCreator
        static TlsVersion of(String text) {
            return switch (text) {
                case "TLSv1.2", "1.2" -> TLS_1_2;
                case "TLSv1.3", "1.3" -> TLS_1_3;
                default -> throw new IllegalArgumentException("expected TLSv1.2 or TLSv1.3, is '" + text + "'");
            };
        }
    }
}
