package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.lifecycle.RenewalPolicy.Window;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DrainScheduleTest {
    private static final Instant BEGAN = Instant.parse("2030-05-01T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Window LATE =
            new Window(BEGAN.plus(DAY), BEGAN.plus(DAY).plusSeconds(60));

    @Test
    void a_day_old_fleet_drains_evenly_over_four_hours() {
        var perHour = new int[4];
        for (int device = 0; device < 1000; device++) {
            var window = at(device / 1000.0, LATE);
            assertThat(window.end()).isAfter(window.begin());
            perHour[(int) Duration.between(BEGAN, window.begin()).toHours()]++;
        }
        assertThat(perHour).containsOnly(250);
    }

    @Test
    void nobody_renews_later_than_usual() {
        var soon = new Window(BEGAN.plusSeconds(60), BEGAN.plusSeconds(120));
        assertThat(at(0.9, soon)).isEqualTo(soon);
        assertThat(at(0, soon).begin()).isEqualTo(BEGAN);
    }

    private static Window at(double place, Window usual) {
        return DrainSchedule.window(BEGAN.minus(DAY.dividedBy(2)), BEGAN.plus(DAY.dividedBy(2)), BEGAN, place, usual);
    }
}
