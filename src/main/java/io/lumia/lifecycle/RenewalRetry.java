package io.lumia.lifecycle;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a renewal is tried again while the certificate in use still works. The first tries follow the schedule soon, since most
 * failures are short. Then the CA is taken for down or overloaded, and the next try is drawn from nine tenths of what the certificate has left, later
 * moments being likelier as the time that passed: whoever was kept waiting comes back over hours instead of in the schedule's longest wait. (Waits
 * that double would not do: each doubling between the first wait and the outage's length adds one mean rate to the load of the moment when the
 * CA is back.) Where little is left, the schedule holds again, with several tries before expiry.
 */
public record RenewalRetry(RetrySchedule schedule) {
    private static final int SOON = 3;
    /** Drawn evenly, an outage of a third of the lifetime made a peak of 2.8 instead of 2.1 (`lumia simulate`). */
    private static final double SHARE_OF_REST = 0.9;

    private static final int TRIES_BEFORE_EXPIRY = 4;
    /** A part of what is left, of which a part is left, and so on: that many tries help nobody. */
    private static final Duration SHORTEST = Duration.ofMillis(250);

    /**
     * The wait.
     *
     * @param failures of this renewal so far, from 1
     * @param asked what the CA asked to wait; zero: nothing
     * @param left of the certificate in use
     */
    public Duration delay(int failures, Duration asked, Duration left, RandomGenerator randomness) {
        long rest = Math.round(left.toMillis() * SHARE_OF_REST);
        if (failures > SOON && rest > schedule.longest().toMillis()) {
            var drawn = Duration.ofMillis(1 + Math.round(Math.sqrt(randomness.nextDouble()) * rest));
            return drawn.compareTo(asked) > 0 ? drawn : capped(schedule.delay(failures, asked, randomness), left);
        }
        return capped(schedule.delay(failures, asked, randomness), left);
    }

    /**
     * However long the schedule would wait, there are several tries before the certificate expires. Once it has, nothing is to be in time for
     * any more and the schedule holds: a device whose clock is ahead takes every certificate for expired, and must not order without a pause.
     */
    public static Duration capped(Duration wait, Duration left) {
        if (left.isNegative() || left.isZero()) {
            return wait;
        }
        var part = left.dividedBy(TRIES_BEFORE_EXPIRY);
        var most = part.compareTo(SHORTEST) > 0 ? part : SHORTEST;
        return wait.compareTo(most) < 0 ? wait : most;
    }
}
