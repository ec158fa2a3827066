package io.lumia.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How near a certificate is to its end. */
public enum ExpiryLevel {
    HEALTHY,
    WARNING,
    CRITICAL,
    EXPIRED;

    private static final double WARNING_SHARE = 0.25;
    private static final double CRITICAL_SHARE = 0.10;

    /**
     * The level at an instant. A certificate whose whole lifetime is shorter than four times the warning threshold is judged by what share of
     * it is left instead: a quarter warns, a tenth is critical.
     *
     * @param warning less than this left warns
     * @param critical less than this left is critical
     */
    public static ExpiryLevel at(Instant now, Instant issuedAt, Instant notAfter, Duration warning, Duration critical) {
        var left = Duration.between(now, notAfter);
        if (left.isNegative()) {
            return EXPIRED;
        }
        var lifetime = Duration.between(issuedAt, notAfter);
        boolean shortLived = lifetime.compareTo(warning.multipliedBy(4)) < 0;
        var warnBelow = shortLived ? share(lifetime, WARNING_SHARE) : warning;
        var criticalBelow = shortLived ? share(lifetime, CRITICAL_SHARE) : critical;
        if (left.compareTo(criticalBelow) < 0) {
            return CRITICAL;
        }
        return left.compareTo(warnBelow) < 0 ? WARNING : HEALTHY;
    }

    /** The name in logs and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static Duration share(Duration lifetime, double share) {
        return Duration.ofMillis(Math.round(lifetime.toMillis() * share));
    }
}
