package io.lumia.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeliveryTimesTest {
    private final DeliveryTimes times = new DeliveryTimes();

    @Test
    void counts_each_time_in_its_bucket() {
        times.record(Duration.ofMillis(1));
        times.record(Duration.ofMillis(3));
        times.record(Duration.ofSeconds(-2));

        assertThat(times.histogram().counts()).startsWith(2L, 0L, 1L);
        assertThat(times.histogram().sum()).isCloseTo(0.004, within(1e-9));
    }

    @Test
    void takes_whatever_time_a_device_claims() {
        times.record(
                Duration.between(Instant.parse("-200000-01-01T00:00:00Z"), Instant.parse("+200000-01-01T00:00:00Z")));
        times.record(
                Duration.between(Instant.parse("+200000-01-01T00:00:00Z"), Instant.parse("-200000-01-01T00:00:00Z")));

        assertThat(times.histogram().counts()).startsWith(1L).endsWith(1L);
    }
}
