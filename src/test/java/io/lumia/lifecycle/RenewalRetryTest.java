package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RenewalRetryTest {
    private static final Duration NOTHING = Duration.ZERO;
    private static final Duration HOURS = Duration.ofHours(8);

    private final RenewalRetry retry =
            new RenewalRetry(new RetrySchedule(Duration.ofMillis(500), Duration.ofSeconds(60)));

    @Test
    void tries_again_soon_at_first_since_most_failures_are_short() {
        assertThat(draws(1, NOTHING, HOURS)).allMatch(millis -> millis <= 501);
        assertThat(draws(3, NOTHING, HOURS)).allMatch(millis -> millis <= 2001);
    }

    @Test
    void then_comes_back_at_any_moment_of_what_the_certificate_has_left_the_likelier_the_later() {
        long most = Duration.ofHours(8).toMillis() * 9 / 10;
        var drawn = draws(4, NOTHING, HOURS);
        assertThat(drawn).allMatch(millis -> millis >= 1 && millis <= most + 1);
        assertThat(drawn.stream().filter(millis -> millis < most / 2).count()).isBetween(2350L, 2650L);
        assertThat(drawn.stream().filter(millis -> millis < most / 10).count()).isBetween(60L, 140L);
    }

    @Test
    void keeps_several_tries_when_little_is_left() {
        assertThat(draws(9, NOTHING, Duration.ofSeconds(60))).allMatch(millis -> millis <= 15_001);
    }

    @Test
    void does_not_hurry_when_the_certificate_is_over_or_all_but() {
        for (var over : List.of(Duration.ZERO, Duration.ofSeconds(-60), Duration.ofHours(-6))) {
            assertThat(draws(9, NOTHING, over).stream()
                            .mapToLong(Long::longValue)
                            .average()
                            .orElseThrow())
                    .isBetween(29_000.0, 31_000.0);
        }
        assertThat(draws(9, NOTHING, Duration.ofMillis(8)).stream()
                        .mapToLong(Long::longValue)
                        .average()
                        .orElseThrow())
                .isBetween(245.0, 251.0);
    }

    @Test
    void never_comes_before_the_time_that_the_ca_asked_for_unless_the_certificate_would_end() {
        var hour = Duration.ofHours(1);
        assertThat(draws(9, hour, HOURS)).allMatch(millis -> millis >= hour.toMillis());
        assertThat(draws(1, hour, HOURS)).allMatch(millis -> millis >= hour.toMillis());
        assertThat(draws(2, hour, hour)).allMatch(millis -> millis <= hour.toMillis() / 4 + 2);
    }

    private List<Long> draws(int failures, Duration asked, Duration left) {
        var randomness = new Random(failures);
        return LongStream.range(0, 10_000)
                .map(each -> retry.delay(failures, asked, left, randomness).toMillis())
                .boxed()
                .toList();
    }
}
