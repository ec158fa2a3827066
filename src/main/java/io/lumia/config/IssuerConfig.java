package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A CA that certificates are obtained from; a block {@code issuer}. Every key but those that its type needs may be left out.
 *
 * @param type null: {@code step-ca} when that block has a url, {@code acme} when there is a directory, otherwise {@code none}
 * @param directoryUrl RFC 8555, 7.1.1
 * @param email contact of the account; null: none
 * @param challengeType that is answered
 * @param challengeAddress where http-01 and tls-alpn-01 are answered; null: every address, port 80 or 443
 * @param caBundle CAs that the server must prove itself with, PEM; null: those of the platform
 * @param trustedRoots roots that issued certificates must lead to, PEM; null: those of {@code ca-bundle}, or of the platform
 * @param storagePath account key and last certificate; null: below the data directory
 * @param timeout of one exchange, and of a challenge's verification
 * @param profile of the certificate (draft-ietf-acme-profiles); null: the CA's default
 */
public record IssuerConfig(
        Type type,
        @JsonProperty("directory-url") @Nullable URI directoryUrl,
        @Nullable String email,

        @JsonProperty("challenge-type") ChallengeType challengeType,

        @JsonProperty("challenge-address") @Nullable HostPort challengeAddress,

        @JsonProperty("ca-bundle") @Nullable Path caBundle,
        @JsonProperty("trusted-roots") @Nullable Path trustedRoots,
        @JsonProperty("storage-path") @Nullable Path storagePath,
        Duration timeout,
        @Nullable String profile,
        ExternalAccount eab,
        DnsConfig dns,
        @JsonProperty("step-ca") StepCaConfig stepCa) {
    /** How the CA is spoken to. */
    public enum Type {
        ACME,
        STEP_CA,
        /** The authority of this fleet. */
        EMBEDDED,
        /** Nobody. */
        NONE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A key that the CA's operator gave, to open the account with (RFC 8555, 7.3.4).
     *
     * @param keyId that the CA knows the key by
     * @param hmacKeyFile the key, base64url
     */
    public record ExternalAccount(
            @JsonProperty("key-id") @Nullable String keyId,

            @JsonProperty("hmac-key-file") @Nullable SecretSource hmacKeyFile) {
        /** None is needed. */
        public static final ExternalAccount NONE = new ExternalAccount(null, null);

        public ExternalAccount {
            Check.that(
                    (keyId == null) == (hmacKeyFile == null),
                    "key-id and hmac-key-file belong together; one of them is missing");
        }
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    public IssuerConfig {
        eab = eab == null ? ExternalAccount.NONE : eab;
        dns = DnsConfig.orNone(dns);
        stepCa = StepCaConfig.orNone(stepCa);
        type = type == null ? usual(stepCa, directoryUrl) : type;
        challengeType = challengeType == null ? ChallengeType.HTTP_01 : challengeType;
        timeout = timeout == null ? TIMEOUT : timeout;
        Check.patience("timeout", timeout);
        Check.that(type != Type.ACME || directoryUrl != null, "directory-url is needed for type acme");
        Check.that(
                directoryUrl == null || "https".equals(directoryUrl.getScheme()),
                "directory-url must be https, is " + directoryUrl);
        Check.that(type != Type.STEP_CA || stepCa.url() != null, "step-ca.url is needed for type step-ca");
        Check.that(
                type != Type.STEP_CA || stepCa.fingerprint() != null || caBundle != null,
                "step-ca.fingerprint or ca-bundle is needed for type step-ca: without one anybody could pose as the CA");
        Check.that(email == null || email.matches("[^@\\s]+@[^@\\s]+"), "email is no address: '" + email + "'");
    }

    /** An ACME CA as a {@code tls.acme} section describes it. */
    public static IssuerConfig acme(
            URI directory,
            @Nullable String email,
            @Nullable ChallengeType challenge,
            @Nullable HostPort challengeAddress,
            @Nullable Path caBundle,
            @Nullable Path storagePath,
            @Nullable DnsConfig dns) {
        return new IssuerConfig(
                Type.ACME,
                directory,
                email,
                challenge == null ? ChallengeType.HTTP_01 : challenge,
                challengeAddress,
                caBundle,
                null,
                storagePath,
                TIMEOUT,
                null,
                ExternalAccount.NONE,
                DnsConfig.orNone(dns),
                StepCaConfig.NONE);
    }

    /** The authority of this fleet. */
    public static IssuerConfig embedded() {
        return new IssuerConfig(
                Type.EMBEDDED,
                null,
                null,
                ChallengeType.HTTP_01,
                null,
                null,
                null,
                null,
                TIMEOUT,
                null,
                ExternalAccount.NONE,
                DnsConfig.NONE,
                StepCaConfig.NONE);
    }

    /** Whether certificates can be had here. */
    public boolean configured() {
        return type != Type.NONE;
    }

    /** Where the issuer is, for messages. */
    public String place() {
        return switch (type) {
            case ACME -> String.valueOf(directoryUrl);
            case STEP_CA -> String.valueOf(stepCa.url());
            case EMBEDDED -> "the embedded CA";
            case NONE -> "nowhere";
        };
    }

    private static Type usual(StepCaConfig stepCa, @Nullable URI directory) {
        return stepCa.url() != null ? Type.STEP_CA : directory == null ? Type.NONE : Type.ACME;
    }
}
