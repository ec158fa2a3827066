package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RenewalPolicyTest {
    private static final Instant ISSUED = Instant.parse("2030-01-01T00:00:00Z");
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.valueOf(7));

    private final RenewalPolicy policy = new RenewalPolicy(0.25, null, 0.5);

    @Test
    void spreads_a_fleet_evenly_over_the_window() {
        var day = ISSUED.plus(Duration.ofHours(24));
        var tenths = new int[10];
        IntStream.range(0, 10_000).forEach(number -> {
            var due = policy.dueAt("dev-" + number, SERIAL, ISSUED, day);
            var into = Duration.between(ISSUED.plus(Duration.ofHours(6)), due);
            assertThat(into).isBetween(Duration.ZERO, Duration.ofHours(12));
            tenths[(int) Math.min(9, into.toMillis() * 10 / Duration.ofHours(12).toMillis())]++;
        });
        assertThat(IntStream.of(tenths).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(900, 1100));
    }

    @Test
    void draws_another_moment_for_the_next_certificate_and_the_same_one_for_the_same() {
        var day = ISSUED.plus(Duration.ofHours(24));
        var due = policy.dueAt("dev-0001", SERIAL, ISSUED, day);
        assertThat(policy.dueAt("dev-0001", SERIAL, ISSUED, day)).isEqualTo(due);
        assertThat(policy.dueAt("dev-0001", new SerialNumber(BigInteger.TEN), ISSUED, day))
                .isNotEqualTo(due);
    }

    @Test
    void works_with_lifetimes_of_a_minute() {
        var minute = ISSUED.plusSeconds(60);
        IntStream.range(0, 1000)
                .mapToObj(number -> policy.dueAt("dev-" + number, SERIAL, ISSUED, minute))
                .forEach(due -> assertThat(due).isBetween(ISSUED.plusSeconds(15), ISSUED.plusSeconds(45)));
        assertThat(policy.latest(ISSUED, minute)).isEqualTo(ISSUED.plusSeconds(45));
    }

    @Test
    void is_never_due_before_issuance() {
        var wide = new RenewalPolicy(0.5, null, 0.9);
        IntStream.range(0, 1000)
                .mapToObj(number -> wide.dueAt("dev-" + number, SERIAL, ISSUED, ISSUED.plusSeconds(60)))
                .forEach(due -> assertThat(due).isAfterOrEqualTo(ISSUED));
    }

    @Test
    void renews_a_fixed_time_before_expiry_unless_the_lifetime_is_too_short_for_that() {
        var fixed = new RenewalPolicy(0.25, Duration.ofHours(8), 0);
        var day = ISSUED.plus(Duration.ofHours(24));
        assertThat(fixed.dueAt("dev-0001", SERIAL, ISSUED, day)).isEqualTo(day.minus(Duration.ofHours(8)));
        var hour = ISSUED.plus(Duration.ofHours(1));
        assertThat(fixed.dueAt("dev-0001", SERIAL, ISSUED, hour)).isEqualTo(hour.minus(Duration.ofMinutes(15)));
    }

    @Test
    void keeps_a_fleet_level_that_came_at_once() {
        var thirds = new RenewalPolicy(1 / 3.0, null, 1 / 3.0);
        var day = ISSUED.plus(Duration.ofHours(24));
        var hours = new int[16];
        for (int number = 0; number < 12_000; number++) {
            var identity = "dev-" + number;
            var due = thirds.firstDueAt(identity, SERIAL, ISSUED, day);
            assertThat(due).isBetween(ISSUED.plus(Duration.ofHours(1)), ISSUED.plus(Duration.ofHours(16)));
            hours[(int) Math.min(15, Duration.between(ISSUED, due).toHours())]++;
        }
        // a fleet that renews every twelve hours on average makes 1,000 renewals an hour
        for (int hour = 1; hour < 8; hour++) {
            assertThat(hours[hour]).isBetween(950, 1230);
        }
        for (int hour = 9; hour < 16; hour++) {
            assertThat(hours[hour]).isLessThan(hours[8]);
        }
    }

    @Test
    void gives_first_certificates_no_moment_of_their_own_without_spreading() {
        var fixed = new RenewalPolicy(0.25, null, 0);
        var day = ISSUED.plus(Duration.ofHours(24));
        assertThat(fixed.firstDueAt("dev-0001", SERIAL, ISSUED, day))
                .isEqualTo(fixed.dueAt("dev-0001", SERIAL, ISSUED, day))
                .isEqualTo(ISSUED.plus(Duration.ofHours(18)));
    }
}
