package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.x509.Fingerprint;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A step-ca that is spoken to by its own API; the block {@code step-ca} of an issuer. Every key may be left out where another type is used.
 *
 * @param url of the CA, https
 * @param fingerprint of its root, SHA-256; null: {@code ca-bundle} says whom to trust
 * @param provisioner name of the JWK or X5C provisioner
 * @param keyFile private JWK of a JWK provisioner, plain or encrypted (JWE); null: fetched from the CA, encrypted
 * @param passwordFile opens the key
 * @param x5cCertificateFile certificate chain that vouches at an X5C provisioner, PEM
 * @param x5cKeyFile its key, PEM
 * @param lifetime asked for; null: the provisioner's
 * @param renewal how a certificate that the CA issued is followed by the next
 */
public record StepCaConfig(
        @Nullable URI url,
        @Nullable Fingerprint fingerprint,
        @Nullable String provisioner,
        @JsonProperty("key-file") @Nullable Path keyFile,

        @JsonProperty("password-file") @Nullable SecretSource passwordFile,

        @JsonProperty("x5c-certificate-file") @Nullable Path x5cCertificateFile,

        @JsonProperty("x5c-key-file") @Nullable Path x5cKeyFile,

        @Nullable Duration lifetime,
        Renewal renewal) {
    /** What is done with a certificate that is in use. */
    public enum Renewal {
        /** The next one has a new key (mTLS). */
        REKEY,
        /** The next one has the same key (mTLS). */
        RENEW,
        /** Each one is asked for with a token. */
        TOKEN
    }

    /** Nothing set. */
    public static final StepCaConfig NONE =
            new StepCaConfig(null, null, null, null, null, null, null, null, Renewal.REKEY);

    public StepCaConfig {
        renewal = renewal == null ? Renewal.REKEY : renewal;
        Check.that(url == null || "https".equals(url.getScheme()), "url must be https, is " + url);
        Check.that(
                (x5cCertificateFile == null) == (x5cKeyFile == null),
                "x5c-certificate-file and x5c-key-file belong together; one of them is missing");
        Check.that(
                x5cKeyFile == null || (keyFile == null && passwordFile == null),
                "key-file and password-file are for a JWK provisioner, x5c-key-file for X5C; set one kind");
        if (lifetime != null) {
            Check.positive("lifetime", lifetime);
        }
    }

    /** Whether tokens are signed with a certificate's key rather than a JWK. */
    public boolean x5c() {
        return x5cKeyFile != null;
    }

    static StepCaConfig orNone(@Nullable StepCaConfig given) {
        return Optional.ofNullable(given).orElse(NONE);
    }
}
