package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final RetrySchedule schedule = new RetrySchedule(FIRST, LONGEST);

    @Test
    void draws_evenly_from_zero_to_a_bound_that_doubles() {
        for (int failures = 1; failures <= 6; failures++) {
            long bound = FIRST.toMillis() << (failures - 1);
            var drawn = draws(failures);
            assertThat(IntStream.of(drawn).boxed()).allMatch(millis -> millis >= 1 && millis <= bound + 1);
            assertThat(IntStream.of(drawn).average().orElseThrow()).isBetween(bound * 0.47, bound * 0.53);
        }
    }

    @Test
    void never_waits_longer_than_the_longest_however_often_it_failed() {
        for (int failures : new int[] {8, 31, 64, 1000, Integer.MAX_VALUE}) {
            assertThat(IntStream.of(draws(failures)).boxed()).allMatch(millis -> millis <= LONGEST.toMillis() + 1);
            assertThat(IntStream.of(draws(failures)).max().orElseThrow()).isGreaterThan(50_000);
        }
    }

    private int[] draws(int failures) {
        var randomness = new Random(failures);
        return IntStream.range(0, 20_000)
                .map(each -> (int) schedule.delay(failures, randomness).toMillis())
                .toArray();
    }
}
