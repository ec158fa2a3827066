package io.lumia.swarm.fault;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** A clock that can be set wrong; safe for use by several threads. */
final class ShiftedClock extends Clock {
    private final Clock right;
    private volatile Duration shift = Duration.ZERO;

    ShiftedClock(Clock right) {
        this.right = right;
    }

    /** @param wrongBy negative: behind */
    void shift(Duration wrongBy) {
        shift = wrongBy;
    }

    @Override
    public Instant instant() {
        return right.instant().plus(shift);
    }

    @Override
    public ZoneId getZone() {
        return right.getZone();
    }

    /** Right for good: zones are for people. */
    @Override
    public Clock withZone(ZoneId zone) {
        return right.withZone(zone);
    }
}
