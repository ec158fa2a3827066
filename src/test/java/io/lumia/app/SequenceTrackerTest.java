package io.lumia.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    private final SequenceTracker tracker = new SequenceTracker();

    @Test
    void begins_with_the_first_number_it_sees() {
        receive("dev-0001", "run", 17, 18, 19);
        assertThat(tracker.lost()).isZero();
        assertThat(tracker.duplicated()).isZero();
    }

    @Test
    void counts_gaps_as_lost_until_they_are_filled() {
        receive("dev-0001", "run", 1, 2, 6);
        assertThat(tracker.lost()).isEqualTo(3);
        receive("dev-0001", "run", 4);
        assertThat(tracker.lost()).isEqualTo(2);
        assertThat(tracker.duplicated()).isZero();
    }

    @Test
    void counts_what_comes_twice() {
        receive("dev-0001", "run", 1, 2, 2, 3, 1);
        assertThat(tracker.duplicated()).isEqualTo(2);
        assertThat(tracker.lost()).isZero();
    }

    @Test
    void tells_devices_and_runs_apart() {
        receive("dev-0001", "run", 1, 2);
        receive("dev-0002", "run", 9, 10);
        receive("dev-0001", "another run", 1, 2);
        assertThat(tracker.lost()).isZero();
        assertThat(tracker.duplicated()).isZero();
    }

    @Test
    void delivery_times_fall_into_the_bucket_that_holds_them() {
        var times = new DeliveryTimes();
        times.record(Duration.ofMillis(1));
        times.record(Duration.ofMillis(3));
        times.record(Duration.ofSeconds(11));
        times.record(Duration.ofMillis(-5));
        var histogram = times.histogram();
        assertThat(histogram.counts())
                .startsWith(2L, 0L, 1L)
                .endsWith(1L)
                .hasSize(histogram.upperBounds().size() + 1);
        assertThat(histogram.sum()).isEqualTo(11.004, org.assertj.core.data.Offset.offset(1e-9));
    }

    private void receive(String device, String run, long... sequence) {
        for (long number : sequence) {
            tracker.received(device, run, number);
        }
    }
}
