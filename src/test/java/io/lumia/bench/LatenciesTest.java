package io.lumia.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void percentiles_are_times_that_were_measured() {
        var latencies =
                new Latencies(LongStream.rangeClosed(1, 100).map(i -> 101 - i).map(milli -> milli * 1_000_000));

        assertThat(latencies.count()).isEqualTo(100);
        assertThat(latencies.percentile(0.5)).isEqualTo(50);
        assertThat(latencies.percentile(0.99)).isEqualTo(99);
        assertThat(latencies.percentile(1)).isEqualTo(100);
    }

    @Test
    void nothing_done_has_no_percentile() {
        assertThat(new Latencies(LongStream.empty()).percentile(0.5)).isNaN();
    }
}
