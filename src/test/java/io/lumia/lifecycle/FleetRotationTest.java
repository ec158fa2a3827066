package io.lumia.lifecycle;

import static io.lumia.lifecycle.FleetRotation.State.ABORTED;
import static io.lumia.lifecycle.FleetRotation.State.DONE;
import static io.lumia.lifecycle.FleetRotation.State.HALTED;
import static io.lumia.lifecycle.FleetRotation.State.PAUSED;
import static io.lumia.lifecycle.FleetRotation.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.lifecycle.FleetRotation.Progress;
import io.lumia.x509.DeviceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FleetRotationTest {
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");

    @Test
    void lets_so_many_begin_each_second_and_no_burst() {
        var drill = drill(10, 1, 100);
        assertThat(drill.take(now)).hasSize(1);
        int begun = 0;
        for (int i = 0; i < 20; i++) {
            int turn = drill.take(after(100)).size();
            assertThat(turn).isLessThanOrEqualTo(1);
            begun += turn;
        }
        assertThat(begun).isEqualTo(20);
        assertThat(drill.take(after(5_000)))
                .as("a late timer catches up a second at most")
                .hasSize(10);
    }

    @Test
    void takes_its_time_for_rates_below_one() {
        var drill = drill(0.5, 1, 3);
        assertThat(drill.take(now)).hasSize(1);
        assertThat(drill.take(after(1_900))).isEmpty();
        assertThat(drill.take(after(100))).hasSize(1);
    }

    @Test
    void waits_when_devices_do_not_come_to_an_end() {
        var drill = drill(1, 1, 100);
        int begun = 0;
        for (int i = 0; i < 60; i++) {
            begun += drill.take(after(1_000)).size();
        }
        assertThat(begun).isEqualTo(20);
        drill.ended(device(0), true);
        assertThat(drill.take(after(1_000))).hasSize(1);
    }

    @Test
    void is_done_when_every_device_has_had_its_turn() {
        var drill = new FleetRotation(10, 1, now);
        drill.add(List.of(device(0), device(1)));
        assertThat(drill.take(after(1_000))).hasSize(2);
        drill.ended(device(0), true);
        drill.absent(device(1));
        assertThat(drill.state()).as("more may come").isEqualTo(RUNNING);

        drill.add(List.of(device(2)));
        drill.allAdded();
        assertThat(drill.take(after(1_000))).containsExactly(device(2));
        assertThat(drill.ended(device(2), false)).isTrue();
        assertThat(drill.progress()).isEqualTo(new Progress(DONE, 0, 0, 1, 1, 1));
        assertThat(drill.pause()).isFalse();
        assertThat(drill.abort()).isFalse();
    }

    @Test
    void an_empty_fleet_is_done_at_once() {
        var drill = drill(10, 1, 0);
        assertThat(drill.state()).isEqualTo(DONE);
    }

    @Test
    void a_pause_holds_and_those_at_work_end() {
        var drill = drill(10, 1, 30);
        var begun = new ArrayList<>(drill.take(after(500)));
        assertThat(drill.pause()).isTrue();
        assertThat(drill.take(after(60_000))).isEmpty();
        begun.forEach(device -> drill.ended(device, true));
        assertThat(drill.progress()).isEqualTo(new Progress(PAUSED, 24, 0, 6, 0, 0));

        assertThat(drill.resume(now)).isTrue();
        assertThat(drill.take(now))
                .as("what the pause held back does not come at once")
                .hasSize(1);
        assertThat(drill.resume(now)).isFalse();
    }

    @Test
    void stops_by_itself_when_too_many_fail_and_forgives_when_told_to_go_on() {
        var drill = drill(100, 0.1, 100);
        drill.take(after(1_000));
        for (int i = 0; i < 20; i++) {
            assertThat(drill.ended(device(i), true)).isTrue();
        }
        drill.ended(device(20), false);
        drill.ended(device(21), false);
        assertThat(drill.state()).isEqualTo(RUNNING);
        drill.ended(device(22), false);
        assertThat(drill.state()).as("three of twenty-three").isEqualTo(HALTED);
        assertThat(drill.take(after(1_000))).isEmpty();

        assertThat(drill.resume(now)).isTrue();
        drill.ended(device(23), false);
        assertThat(drill.state()).isEqualTo(RUNNING);
    }

    @Test
    void goes_on_as_long_as_no_more_fail_than_the_share() {
        var drill = drill(100, 0.1, 100);
        drill.take(after(1_000));
        IntStream.range(0, 36).forEach(i -> drill.ended(device(i), true));
        IntStream.range(36, 40).forEach(i -> drill.ended(device(i), false));
        assertThat(drill.state()).as("four of forty").isEqualTo(RUNNING);
        drill.ended(device(40), false);
        assertThat(drill.state()).isEqualTo(HALTED);
    }

    @Test
    void one_or_two_failures_stop_nothing() {
        var drill = drill(10, 0, 10);
        drill.take(after(1_000));
        drill.ended(device(0), false);
        drill.ended(device(1), false);
        assertThat(drill.state()).isEqualTo(RUNNING);
        drill.ended(device(2), false);
        assertThat(drill.state()).isEqualTo(HALTED);
    }

    @Test
    void who_never_says_how_it_ended_has_failed() {
        var drill = drill(2, 1, 2);
        assertThat(drill.take(after(1_000))).hasSize(2);
        assertThat(drill.expire(after(59_999))).isEmpty();
        assertThat(drill.expire(after(1))).containsExactly(device(0), device(1));
        assertThat(drill.progress()).isEqualTo(new Progress(DONE, 0, 0, 0, 2, 0));
        assertThat(drill.ended(device(0), true)).as("too late").isFalse();
        assertThat(drill.progress().done()).isZero();
    }

    @Test
    void after_an_abort_nobody_begins_and_the_rest_is_told_as_left() {
        var drill = drill(5, 1, 30);
        drill.take(after(1_000));
        assertThat(drill.abort()).isTrue();
        assertThat(drill.take(after(10_000))).isEmpty();
        drill.add(List.of(device(99)));
        drill.ended(device(0), true);
        assertThat(drill.progress()).isEqualTo(new Progress(ABORTED, 25, 4, 1, 0, 0));
        assertThat(drill.resume(now)).isFalse();
    }

    @Test
    void a_rate_of_nothing_is_none() {
        assertThatThrownBy(() -> new FleetRotation(0, 1, now)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FleetRotation(1, 1.5, now)).isInstanceOf(IllegalArgumentException.class);
    }

    private FleetRotation drill(double perSecond, double mostFailed, int devices) {
        var drill = new FleetRotation(perSecond, mostFailed, now);
        drill.add(
                IntStream.range(0, devices).mapToObj(FleetRotationTest::device).toList());
        drill.allAdded();
        return drill;
    }

    private Instant after(long millis) {
        now = now.plus(Duration.ofMillis(millis));
        return now;
    }

    private static DeviceName device(int number) {
        return new DeviceName("dev-" + number);
    }
}
