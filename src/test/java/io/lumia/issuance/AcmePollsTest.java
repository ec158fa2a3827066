package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AcmePollsTest {
    @Test
    void looks_soon_at_first_and_less_often_later() {
        var unasked = Duration.ofSeconds(-100);
        assertThat(AcmePolls.pause(0, unasked)).isLessThan(Duration.ofMillis(100));
        assertThat(AcmePolls.pause(3, unasked)).isGreaterThan(AcmePolls.pause(2, unasked));
        assertThat(AcmePolls.pause(60, unasked)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void waits_as_long_as_the_server_asks_after_the_first_look() {
        assertThat(AcmePolls.pause(0, Duration.ofSeconds(5))).isLessThan(Duration.ofMillis(100));
        assertThat(AcmePolls.pause(1, Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
    }
}
