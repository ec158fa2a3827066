package io.lumia.lifecycle;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: full jitter, a wait drawn evenly between zero and a bound that doubles from {@code first} to
 * {@code longest} (Brooker, "Exponential Backoff and Jitter").
 *
 * @param first bound before the second attempt
 * @param longest bound at the most
 */
public record RetrySchedule(Duration first, Duration longest) {
    private static final int MOST_DOUBLINGS = 30;

    /** @param failures attempts that failed so far, from 1 */
    public Duration delay(int failures, RandomGenerator randomness) {
        long bound =
                Math.min(longest.toMillis(), first.toMillis() << Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1)));
        if (bound <= 0) {
            bound = longest.toMillis();
        }
        return Duration.ofMillis(1 + Math.round(randomness.nextDouble() * bound));
    }

    /**
     * The same for who was asked to wait: never sooner, and not all at once that were told the same second.
     *
     * @param asked zero: nothing was asked
     */
    public Duration delay(int failures, Duration asked, RandomGenerator randomness) {
        var drawn = delay(failures, randomness);
        return asked.compareTo(drawn) <= 0 ? drawn : asked.plus(delay(failures, randomness));
    }
}
