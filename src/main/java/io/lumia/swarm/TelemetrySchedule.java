package io.lumia.swarm;

import io.lumia.config.SwarmLoad.Pattern;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** When a device is to speak, whether or not it can: times are in nanoseconds of one clock. */
record TelemetrySchedule(Pattern pattern, Duration interval, RandomGenerator random) {
    /** A random first wait keeps devices that connected together from speaking together. */
    long first(long now) {
        long nanos = interval.toNanos();
        return pattern == Pattern.BURST ? after(now) : now + 1 + random.nextLong(nanos);
    }

    /** The one after the message that was due then. */
    long after(long due) {
        long nanos = interval.toNanos();
        return switch (pattern) {
            case STEADY -> due + nanos;
            case JITTERED -> due + nanos / 2 + random.nextLong(nanos);
            case BURST -> (Math.floorDiv(due, nanos) + 1) * nanos;
        };
    }
}
