package io.lumia.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IssuanceResultTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void each_figure_is_the_median_of_the_rounds() {
        var result = result(sample(100, Duration.ofMillis(50)), sample(10, SECOND), sample(50, Duration.ofMillis(50)));

        assertThat(result.perSecond()).isEqualTo(50);
        assertThat(result.cpuPerOperation()).isCloseTo(1, within(1e-9));
        assertThat(result.operations()).isEqualTo(160);
    }

    @Test
    void of_an_even_number_of_rounds_the_middle_two_count() {
        assertThat(result(sample(10, SECOND), sample(30, SECOND)).perSecond()).isEqualTo(20);
    }

    @Test
    void errors_of_all_rounds_are_told() {
        var refused =
                new Sample(new Latencies(LongStream.empty()), 2, Optional.of("503 overloaded"), SECOND, Duration.ZERO);

        var result = result(sample(10, SECOND), refused, refused);

        assertThat(result.errors()).isEqualTo(4);
        assertThat(result.firstError()).contains("503 overloaded");
    }

    private static IssuanceResult result(Sample... rounds) {
        return new IssuanceResult(IssuanceCase.SIGN, "lumia", List.of(rounds));
    }

    /** One second. */
    private static Sample sample(int operations, Duration cpu) {
        return new Sample(new Latencies(LongStream.range(0, operations)), 0, Optional.empty(), SECOND, cpu);
    }
}
