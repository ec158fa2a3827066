package io.lumia.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EventLoopsTest {
    private static final Offset<Double> NEARLY = within(1e-9);

    private final AtomicLong now = new AtomicLong(Duration.ofDays(7).toNanos());
    private final EventLoops loops = new EventLoops(now::get);
    private final EventLoops.Pulse pulse = loops.pulse();

    @Test
    void a_beat_in_time_is_no_lag() {
        beatAfter(100);
        beatAfter(100);
        assertThat(pulse.lag()).isZero();
        assertThat(loops.blocked()).isZero();
    }

    @Test
    void remembers_the_worst_lag_for_a_while() {
        beatAfter(350);
        beatAfter(100);
        assertThat(pulse.lag()).isEqualTo(0.25, NEARLY);

        for (int i = 0; i < 160; i++) {
            beatAfter(100);
        }
        assertThat(pulse.lag()).as("it is in the window before").isEqualTo(0.25, NEARLY);

        for (int i = 0; i < 160; i++) {
            beatAfter(100);
        }
        assertThat(pulse.lag()).isZero();
    }

    @Test
    void shows_a_loop_that_stands_still_while_it_does_and_counts_it_afterwards() {
        pass(2100);

        assertThat(loops.blocked()).isOne();
        assertThat(pulse.lag()).isEqualTo(2, NEARLY);
        assertThat(loops.blocks()).isZero();

        pulse.beat();
        assertThat(loops.blocked()).isZero();
        assertThat(loops.blocks()).isOne();
    }

    private void beatAfter(long millis) {
        pass(millis);
        pulse.beat();
    }

    private void pass(long millis) {
        now.addAndGet(Duration.ofMillis(millis).toNanos());
    }
}
