package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.AgentConfig;
import io.lumia.config.ClientTlsConfig;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;

class PatienceTest {
    private final Patience patience = new Patience(new AgentConfig(
            null,
            null,
            null,
            null,
            Duration.ZERO,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(20),
            1,
            ClientTlsConfig.EMBEDDED));

    @RepeatedTest(20)
    void waits_long_where_only_an_operator_helps() {
        var failure = StepFailed.operator(StepFailed.Reason.REFUSED, "revoked");
        assertThat(patience.wait(failure, 1)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(61));
    }

    @RepeatedTest(20)
    void never_comes_before_the_time_the_server_asked_for() {
        var failure = StepFailed.later(StepFailed.Reason.REFUSED, "slow down", Duration.ofSeconds(7));
        assertThat(patience.wait(failure, 1)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
    }

    @RepeatedTest(20)
    void leaves_several_attempts_before_expiry() {
        var failure = StepFailed.retry(StepFailed.Reason.UNREACHABLE, "down", null);
        assertThat(patience.renewal(failure, 1000, Duration.ofSeconds(20))).isLessThan(Duration.ofSeconds(6));
    }

    @RepeatedTest(20)
    void does_not_hurry_for_a_certificate_that_is_over() {
        var failure = StepFailed.operator(StepFailed.Reason.REFUSED, "revoked");
        assertThat(patience.renewal(failure, 1, Duration.ofHours(-2))).isGreaterThan(Duration.ofSeconds(29));
    }

    @RepeatedTest(20)
    void renews_again_soon_at_first_and_within_half_a_minute_where_an_operator_helps() {
        var day = Duration.ofHours(8);
        var failure = StepFailed.retry(StepFailed.Reason.UNREACHABLE, "down", null);
        assertThat(patience.renewal(failure, 1, day)).isLessThan(Duration.ofMillis(503));
        var operator = StepFailed.operator(StepFailed.Reason.REFUSED, "revoked");
        assertThat(patience.renewal(operator, 9, day)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(61));
    }
}
