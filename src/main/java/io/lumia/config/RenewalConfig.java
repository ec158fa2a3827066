package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When certificates are renewed; the {@code renewal} block.
 *
 * @param remainingLifetime share of the lifetime left at the latest
 * @param renewBefore takes the place of the share when set
 * @param spread share of the lifetime over which renewals are spread
 */
public record RenewalConfig(
        @JsonProperty("remaining-lifetime") double remainingLifetime,
        @JsonProperty("renew-before") @Nullable Duration renewBefore,
        double spread,
        @JsonProperty("check-interval") Duration checkInterval) {
    public RenewalConfig {
        Check.that(
                remainingLifetime > 0 && remainingLifetime < 1,
                "remaining-lifetime must be between 0 and 1, is " + remainingLifetime);
        if (renewBefore != null) {
            Check.positive("renew-before", renewBefore);
        }
        Check.that(
                spread >= 0 && spread + remainingLifetime < 1,
                "spread must be from 0 to less than 1 - remaining-lifetime, is " + spread);
        Check.positive("check-interval", checkInterval);
    }
}
