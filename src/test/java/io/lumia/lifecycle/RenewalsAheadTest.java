package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lumia.lifecycle.RenewalPolicy.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenewalsAheadTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final RenewalsAhead ahead = new RenewalsAhead(NOW, List.of(hour(1), hour(4), hour(24)));

    @Test
    void counts_evenly_over_the_window() {
        ahead.add(new Window(hour(0), hour(8)), 80);
        assertThat(counts()).containsExactly(10.0, 40.0, 80.0);
    }

    @Test
    void counts_over_what_is_left_of_a_window_that_has_begun() {
        ahead.add(new Window(hour(-6), hour(2)), 80);
        assertThat(ahead.until(0)).isEqualTo(40, within(1e-9));
        assertThat(ahead.until(1)).isEqualTo(80, within(1e-9));
    }

    @Test
    void expects_what_is_overdue_at_once() {
        ahead.add(new Window(hour(-6), hour(-2)), 3);
        assertThat(counts()).containsExactly(3.0, 3.0, 3.0);
    }

    @Test
    void expects_nothing_before_a_window_and_all_at_its_moment_without_spread() {
        ahead.add(new Window(hour(2), hour(2)), 5);
        assertThat(counts()).containsExactly(0.0, 5.0, 5.0);
    }

    private List<Double> counts() {
        return List.of(ahead.until(0), ahead.until(1), ahead.until(2));
    }

    private static Instant hour(int hours) {
        return NOW.plus(Duration.ofHours(hours));
    }
}
