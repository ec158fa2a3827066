package io.lumia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "24h, PT24H",
        "30m, PT30M",
        "90s, PT1M30S",
        "500ms, PT0.5S",
        "7d, PT168H",
        "1h30m, PT1H30M",
        "PT5S, PT5S"
    })
    void reads_what_people_write(String text, String duration) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.parse(duration));
        assertThat(Durations.parse(Durations.text(Durations.parse(text)))).isEqualTo(Duration.parse(duration));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "24", "h", "1x", "-1h", "1 h", "99999999999999999999h", "P1"})
    void refuses_what_is_no_duration(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("such as 24h");
    }

    @Test
    void refuses_a_text_without_end_without_running_out_of_stack() {
        assertThatThrownBy(() -> Durations.parse("1s".repeat(30_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?s).{0,250}");
    }
}
