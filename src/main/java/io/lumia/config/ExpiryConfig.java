package io.lumia.config;

import java.time.Duration;

/** The expiry monitor; the {@code expiry} block. */
public record ExpiryConfig(Duration interval, Duration warning, Duration critical) {
    public ExpiryConfig {
        Check.positive("interval", interval);
        Check.positive("critical", critical);
        Check.that(warning.compareTo(critical) >= 0, "warning must not be shorter than critical");
    }
}
