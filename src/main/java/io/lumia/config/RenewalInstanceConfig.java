package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.x509.KeyType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server whose certificate is renewed by the nine steps; a block of {@code renewal.instances}. Every key that has a usual value may be left
 * out.
 *
 * @param commonName of the certificate
 * @param sans DNS names and addresses; null: the common name
 * @param threshold renewed when less is left; null: {@code renewal.renew-before} or {@code renewal.remaining-lifetime}
 * @param keyType of the fresh key
 * @param caBundle roots that the certificate must lead to, PEM; null: those of the issuer, or of the platform
 * @param issuer that the certificate comes from
 * @param target that serves it
 * @param test of what it serves
 * @param backup of what it served before
 * @param fallback when the issuer does not deliver
 */
public record RenewalInstanceConfig(
        @JsonProperty("common-name") String commonName,
        List<String> sans,
        @Nullable Threshold threshold,
        @JsonProperty("key-type") KeyType keyType,

        @JsonProperty("ca-bundle") @Nullable Path caBundle,

        IssuerConfig issuer,
        RenewalTargetConfig target,
        RenewalTestConfig test,
        Backup backup,
        FallbackConfig fallback) {
    private static final int USUAL_BACKUPS = 10;

    /**
     * Copies of what was installed.
     *
     * @param directory null: {@code DATA/renewal/NAME/backups}
     * @param keep so many of the newest
     * @param passwordFile seals them; null: they are plain, for their owner alone to read
     */
    public record Backup(
            @Nullable Path directory,
            @Nullable Integer keep,
            @JsonProperty("password-file") @Nullable SecretSource passwordFile) {
        public Backup {
            keep = keep == null ? Integer.valueOf(USUAL_BACKUPS) : keep;
            Check.atLeast("keep", keep, 1);
        }

        /** How many are kept. */
        public int kept() {
            return keep == null ? USUAL_BACKUPS : keep;
        }
    }

    /**
     * How much may be left of a lifetime before it is renewed.
     *
     * @param share of the lifetime; used where the duration is null, or more than half of the lifetime
     */
    public record Threshold(@Nullable Duration left, double share) {
        private static final double THIRD = 1.0 / 3;

        /** {@code 7d}, {@code 25%}. @throws IllegalArgumentException when the text is neither */
        public static Threshold parse(String text) {
            if (!text.strip().endsWith("%")) {
                return new Threshold(Durations.parse(text), THIRD);
            }
            var percent = Double.parseDouble(text.strip().replace("%", ""));
            Check.that(percent > 0 && percent < 100, "expected a share between 0% and 100%, is '" + text + "'");
            return new Threshold(null, percent / 100);
        }
    }

    public RenewalInstanceConfig {
        Check.that(commonName != null && !commonName.isBlank(), "common-name is needed");
        sans = sans == null || sans.isEmpty() ? List.of(String.valueOf(commonName)) : List.copyOf(sans);
        fallback = fallback == null ? FallbackConfig.USUAL : fallback;
        keyType = keyType == null ? KeyType.P256 : keyType;
        caBundle = caBundle != null ? caBundle : issuer.trustedRoots();
        caBundle = caBundle != null ? caBundle : issuer.caBundle();
    }
}
