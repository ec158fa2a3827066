package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lumia.lifecycle.RenewalPolicy.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RenewalForecastTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:30Z");
    private static final RenewalPolicy THIRDS = new RenewalPolicy(1 / 3.0, null, 1 / 3.0);

    private final RenewalForecast forecast = new RenewalForecast(NOW);

    @Test
    void counts_a_certificate_evenly_over_its_window() {
        forecast.add(hours(8, 16), 8);
        assertThat(forecast.expected(hours(8, 16))).isCloseTo(8, within(1e-9));
        assertThat(forecast.expected(hours(8, 9))).isCloseTo(1, within(1e-9));
        assertThat(forecast.expected(hours(0, 10))).isCloseTo(2, within(1e-9));
        assertThat(forecast.expected(hours(16, 90))).isCloseTo(0, within(1e-9));
        assertThat(forecast.expected(hours(0, 8))).isCloseTo(0, within(1e-9));
    }

    @Test
    void forgets_what_is_taken_back() {
        forecast.add(hours(1, 3), 5);
        forecast.add(hours(2, 4), 7);
        forecast.add(hours(1, 3), -5);
        assertThat(forecast.expected(hours(0, 5))).isCloseTo(7, within(1e-9));
        assertThat(forecast.expected(hours(1, 2))).isCloseTo(0, within(1e-9));
    }

    @Test
    void agrees_with_counting_minute_by_minute() {
        var random = new Random(42);
        var minutes = new double[3000];
        for (int i = 0; i < 500; i++) {
            int begin = random.nextInt(2800);
            int width = 1 + random.nextInt(199);
            double renewals = random.nextInt(10) - 3;
            forecast.add(minutes(begin, begin + width), renewals);
            for (int minute = begin; minute < begin + width; minute++) {
                minutes[minute] += renewals / width;
            }
        }
        for (int i = 0; i < 500; i++) {
            int begin = random.nextInt(2800);
            int end = begin + 1 + random.nextInt(199);
            double counted = 0;
            for (int minute = begin; minute < end; minute++) {
                counted += minutes[minute];
            }
            assertThat(forecast.expected(minutes(begin, end))).isCloseTo(counted, within(1e-6));
        }
    }

    @Test
    void drops_what_lies_before_its_origin_or_beyond_its_horizon() {
        forecast.add(hours(-4, 4), 8);
        assertThat(forecast.expected(hours(-4, 4))).isCloseTo(4, within(1e-9));
        forecast.add(new Window(NOW.plus(Duration.ofDays(4000)), NOW.plus(Duration.ofDays(5000))), 9);
        assertThat(forecast.expected(new Window(NOW, NOW.plus(Duration.ofDays(9000)))))
                .isCloseTo(4, within(1e-9));
    }

    @Test
    void leaves_a_window_whole_that_is_too_short_to_cut() {
        var window = new Window(NOW, NOW.plusSeconds(100));
        assertThat(forecast.quietest(window, 16, 0.9)).isEqualTo(window);
    }

    @Test
    void prefers_a_share_of_the_window_while_all_parts_are_alike() {
        assertThat(forecast.quietest(hours(8, 16), 8, 0)).isEqualTo(hours(8, 9));
        assertThat(forecast.quietest(hours(8, 16), 8, 0.5)).isEqualTo(hours(12, 13));
        assertThat(forecast.quietest(hours(8, 16), 8, 0.999)).isEqualTo(hours(15, 16));
    }

    @Test
    void a_fleet_that_enrolled_at_once_is_sent_around_the_hump_that_is_there() {
        var random = new Random(7);
        // 2,000 renewals will come in the tenth hour whatever the CA says
        forecast.add(hours(9, 10), 2000);
        var renewals = new int[16 * 4];
        for (int i = 0; i < 6000; i++) {
            var window = THIRDS.window(NOW, NOW.plus(Duration.ofHours(24)));
            var advised = forecast.quietest(window, 32, random.nextDouble());
            forecast.add(advised, 1);
            renewals[quarter(advised, random)]++;
        }
        int hump = 0;
        for (int quarter = 36; quarter < 40; quarter++) {
            hump += renewals[quarter];
            renewals[quarter] += 500;
        }
        // 8,000 over eight hours are 1,000 an hour, so the hour of the hump has more than its share already
        assertThat(hump).isZero();
        double mean = 6000 / 28.0;
        for (int quarter = 32; quarter < 64; quarter++) {
            if (quarter < 36 || quarter >= 40) {
                assertThat(renewals[quarter]).as("quarter %d", quarter).isBetween((int) (mean / 1.3), (int)
                        (mean * 1.3));
            }
        }
    }

    /** When a client renews that draws a moment in its window, as RFC 9773, 4.2 asks. */
    private static int quarter(Window window, RandomGenerator random) {
        long width = Duration.between(window.begin(), window.end()).toMillis();
        var moment = window.begin().plusMillis((long) (random.nextDouble() * width));
        return (int) Duration.between(NOW, moment).dividedBy(Duration.ofMinutes(15));
    }

    private static Window hours(int begin, int end) {
        return new Window(NOW.plus(Duration.ofHours(begin)), NOW.plus(Duration.ofHours(end)));
    }

    private static Window minutes(int begin, int end) {
        return new Window(NOW.plus(Duration.ofMinutes(begin)), NOW.plus(Duration.ofMinutes(end)));
    }
}
