package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/**
 * Certificate revocation lists of the embedded CA; the {@code authority.crl} block.
 *
 * @param lifetime from thisUpdate to nextUpdate
 * @param refresh age at which a new one is made although nothing was revoked
 * @param rootLifetime the same for the root's list; it is made anew when two thirds of it have passed
 */
public record CrlConfig(
        Duration lifetime,
        Duration refresh,
        @JsonProperty("root-lifetime") Duration rootLifetime) {
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    public CrlConfig {
        Check.positive("lifetime", lifetime);
        Check.positive("refresh", refresh);
        Check.positive("root-lifetime", rootLifetime);
        Check.that(
                lifetime.compareTo(SHORTEST) >= 0 && rootLifetime.compareTo(SHORTEST) >= 0,
                "lifetime and root-lifetime must be at least 2s");
        Check.that(
                refresh.compareTo(lifetime) < 0,
                "refresh (" + Durations.text(refresh) + ") must be shorter than lifetime (" + Durations.text(lifetime)
                        + ")");
    }

    /** Age at which the root's list is made anew. */
    public Duration rootRefresh() {
        return rootLifetime.multipliedBy(2).dividedBy(3);
    }
}
