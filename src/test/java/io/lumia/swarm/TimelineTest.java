package io.lumia.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimelineTest {
    private final SwarmCounts counts = new SwarmTally().counts(1);

    @Test
    void stays_small_however_long_the_run_and_forgets_no_peak() {
        var timeline = new Timeline();
        for (int second = 1; second <= 10 * Timeline.MOST; second++) {
            timeline.add(new Sample(second, counts, 1, 2, second == 777 ? 5000 : 3));
        }

        var samples = timeline.samples();
        assertThat(samples).hasSizeBetween(Timeline.MOST / 2, Timeline.MOST);
        assertThat(samples).extracting(Sample::at).isSorted();
        assertThat(samples.get(samples.size() - 1).at()).isGreaterThan(10 * Timeline.MOST - 32);
        assertThat(samples).extracting(Sample::max).containsOnlyOnce(5000.0);
    }
}
