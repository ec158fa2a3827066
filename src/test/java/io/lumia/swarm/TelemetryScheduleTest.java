package io.lumia.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.SwarmLoad.Pattern;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TelemetryScheduleTest {
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final long NANOS = INTERVAL.toNanos();

    @Test
    void steady_keeps_its_phase_however_late_it_is_asked() {
        var schedule = schedule(Pattern.STEADY);
        long first = schedule.first(1000);
        assertThat(first).isBetween(1001L, 1000 + NANOS);
        assertThat(schedule.after(first)).isEqualTo(first + NANOS);
    }

    @Test
    void jittered_draws_each_wait_around_the_interval() {
        var schedule = schedule(Pattern.JITTERED);
        var waits = LongStream.range(0, 1000).map(i -> schedule.after(0)).summaryStatistics();
        assertThat(waits.getMin()).isGreaterThanOrEqualTo(NANOS / 2);
        assertThat(waits.getMax()).isLessThan(NANOS * 3 / 2);
        assertThat(waits.getAverage()).isBetween(NANOS * 0.95, NANOS * 1.05);
    }

    @Test
    void in_a_burst_all_speak_at_the_same_moment() {
        var schedule = schedule(Pattern.BURST);
        assertThat(schedule.first(5)).isEqualTo(NANOS);
        assertThat(schedule.first(NANOS - 1)).isEqualTo(NANOS);
        assertThat(schedule.after(NANOS)).isEqualTo(2 * NANOS);
        assertThat(schedule.first(-5)).isZero();
    }

    private static TelemetrySchedule schedule(Pattern pattern) {
        return new TelemetrySchedule(pattern, INTERVAL, new Random(1));
    }
}
