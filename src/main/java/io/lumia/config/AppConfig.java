package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import io.lumia.x509.DeviceName;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The Lumia application; the {@code app} block. */
public record AppConfig(
        DeviceName name,
        @Nullable String address,
        @JsonProperty("command-interval") Duration commandInterval,
        @JsonProperty("command-timeout") Duration commandTimeout,
        @JsonProperty("drain-per-second") double drainPerSecond) {
    public AppConfig {
        if (address != null) {
            var unused = AddressRange.address(address);
        }
        Check.positive("command-interval", commandInterval);
        Check.patience("command-timeout", commandTimeout);
        Check.that(
                drainPerSecond > 0 && drainPerSecond <= 1000,
                "drain-per-second must be above 0 and at most 1000, is " + drainPerSecond);
    }
}
