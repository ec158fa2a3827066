package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/**
 * The OCSP responder of the embedded CA; the {@code authority.ocsp} block.
 *
 * @param lifetime of an answer, thisUpdate to nextUpdate
 * @param signerLifetime of the certificate that signs them; it is renewed when half of it has passed
 */
public record OcspConfig(
        Duration lifetime, @JsonProperty("signer-lifetime") Duration signerLifetime) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    public OcspConfig {
        Check.positive("lifetime", lifetime);
        Check.positive("signer-lifetime", signerLifetime);
        Check.that(lifetime.compareTo(SHORTEST) >= 0, "lifetime must be at least 1s, is " + Durations.text(lifetime));
        Check.that(
                signerLifetime.compareTo(lifetime.multipliedBy(2)) >= 0,
                "signer-lifetime (" + Durations.text(signerLifetime) + ") must be at least twice the lifetime ("
                        + Durations.text(lifetime) + ")");
    }
}
