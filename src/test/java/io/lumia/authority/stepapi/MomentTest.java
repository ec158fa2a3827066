package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
    private static final Instant NOON = Instant.parse("2030-01-31T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "24h, 2030-02-01T12:00:00Z",
        "1h30m, 2030-01-31T13:30:00Z",
        "-5m, 2030-01-31T11:55:00Z",
        "1.5h, 2030-01-31T13:30:00Z",
        "1m0.5s, 2030-01-31T12:01:00.500Z",
        "0, 2030-01-31T12:00:00Z",
        "2031-01-01T00:00:00Z, 2031-01-01T00:00:00Z",
        "2031-01-01T02:00:00+02:00, 2031-01-01T00:00:00Z"
    })
    void reads_times_and_durations_as_step_writes_them(String text, Instant expected) {
        assertThat(Moment.parse("notAfter", text).orElseThrow().from(NOON)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "5", "h", "1d", "1h 30m", "2031-01-01", "999999999999h", "--1h"})
    void refuses_anything_else(String text) {
        assertThatThrownBy(() -> Moment.parse("notAfter", text))
                .isInstanceOf(StepRefusal.class)
                .hasMessageContaining("notAfter");
    }

    @Test
    void nothing_is_nothing() {
        assertThat(Moment.parse("notAfter", null)).isEmpty();
        assertThat(Moment.parse("notAfter", "")).isEmpty();
    }

    @Test
    void writes_durations_as_go_does() {
        assertThat(Moment.text(Duration.ofHours(720))).isEqualTo("720h0m0s");
        assertThat(Moment.text(Duration.ofSeconds(95))).isEqualTo("0h1m35s");
    }
}
