package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SerialNumberTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void a_serial_of_a_later_second_is_greater_and_reads_greater() {
        var random = new SecureRandom();
        for (int i = 0; i < 1_000; i++) {
            var before = SerialNumber.at(NOW, random);
            var after = SerialNumber.at(NOW.plusSeconds(1), random);
            assertThat(after.value()).isGreaterThan(before.value());
            assertThat(after.toString()).isGreaterThan(before.toString()).hasSameSizeAs(before.toString());
        }
    }

    @Test
    void serials_of_one_second_differ_in_94_bits() {
        var least = SerialNumber.at(NOW, ofOctets(0)).value();
        var most = SerialNumber.at(NOW, ofOctets(0xff)).value();
        assertThat(least.xor(most).bitCount()).isEqualTo(94);
        assertThat(Stream.generate(() -> SerialNumber.at(NOW, new SecureRandom()))
                        .limit(1_000))
                .doesNotHaveDuplicates();
    }

    @Test
    void the_year_2107_still_has_serials_of_the_same_form() {
        var late = SerialNumber.at(NOW.plus(Duration.ofDays(81 * 365)), new SecureRandom());
        assertThat(late.toString()).hasSize(32);
    }

    private static Random ofOctets(int octet) {
        return new Random() {
            @Override
            public void nextBytes(byte[] octets) {
                java.util.Arrays.fill(octets, (byte) octet);
            }
        };
    }
}
