package io.lumia.lifecycle;

import static io.lumia.lifecycle.ExpiryLevel.CRITICAL;
import static io.lumia.lifecycle.ExpiryLevel.EXPIRED;
import static io.lumia.lifecycle.ExpiryLevel.HEALTHY;
import static io.lumia.lifecycle.ExpiryLevel.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpiryLevelTest {
    private static final Instant ISSUED = Instant.parse("2030-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "P90D, P82D, HEALTHY",
        "P90D, P83DT1S, WARNING",
        "P90D, P87DT1S, CRITICAL",
        "P90D, P90DT1S, EXPIRED",
        "PT24H, PT17H59M, HEALTHY",
        "PT24H, PT18H1M, WARNING",
        "PT24H, PT22H, CRITICAL",
        "PT1M, PT44S, HEALTHY",
        "PT1M, PT46S, WARNING",
        "PT1M, PT55S, CRITICAL"
    })
    void judges_long_lifetimes_by_days_and_short_ones_by_share(Duration lifetime, Duration age, ExpiryLevel expected) {
        var level =
                ExpiryLevel.at(ISSUED.plus(age), ISSUED, ISSUED.plus(lifetime), Duration.ofDays(7), Duration.ofDays(3));

        assertThat(level).isEqualTo(expected).isIn(HEALTHY, WARNING, CRITICAL, EXPIRED);
    }
}
