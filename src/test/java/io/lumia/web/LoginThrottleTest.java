package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final LoginThrottle throttle = new LoginThrottle();

    @Test
    void an_address_has_ten_failures_and_then_one_every_six_seconds() {
        for (int i = 0; i < 10; i++) {
            assertThat(throttle.mustWait(address(1), NOW)).isEmpty();
            throttle.failed(address(1), NOW);
        }
        assertThat(throttle.mustWait(address(1), NOW)).hasValue(Duration.ofSeconds(6));
        assertThat(throttle.mustWait(address(2), NOW)).isEmpty();
        assertThat(throttle.mustWait(address(1), NOW.plusSeconds(6))).isEmpty();
    }

    @Test
    void many_addresses_together_have_no_more_than_300_a_minute() {
        guessFromEverywhere();
        assertThat(throttle.mustWait(address(7000), NOW)).isPresent();
        assertThat(throttle.mustWait(address(7000), NOW.plusSeconds(1))).isEmpty();
    }

    @Test
    void who_got_in_before_is_not_kept_out_by_what_others_guess() {
        throttle.succeeded(address(7000));
        guessFromEverywhere();
        assertThat(throttle.mustWait(address(7000), NOW)).isEmpty();
    }

    private void guessFromEverywhere() {
        for (int i = 0; i < 300; i++) {
            throttle.failed(address(i), NOW);
        }
    }

    private static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
