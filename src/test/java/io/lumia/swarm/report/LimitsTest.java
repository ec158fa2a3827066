package io.lumia.swarm.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.swarm.report.Limits.Verdict;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void without_limits_every_run_is_good() {
        assertThat(judge(Limits.NONE, Reports.times())).isEmpty();
        assertThat(Reports.report("", Limits.NONE).held()).isTrue();
    }

    @Test
    void a_limit_is_kept_up_to_itself_and_missed_beyond() {
        assertThat(judge(drops(4L), Reports.times())).allMatch(Verdict::held);
        assertThat(judge(drops(3L), Reports.times())).noneMatch(Verdict::held);
        assertThat(judge(p99(SECOND), Reports.times(1, 900))).allMatch(Verdict::held);
        assertThat(judge(p99(SECOND), Reports.times(1, 1100))).noneMatch(Verdict::held);
    }

    @Test
    void where_nothing_was_measured_no_time_was_kept() {
        assertThat(judge(p99(SECOND), Reports.times())).singleElement().satisfies(verdict -> {
            assertThat(verdict.held()).isFalse();
            assertThat(verdict.measured()).isEqualTo("nothing");
        });
    }

    @Test
    void judges_each_limit_by_itself() {
        var limits = new Limits(SECOND, SECOND, SECOND, 0L, 2L, 0L, 1L, 0.95, 20L);
        assertThat(judge(limits, Reports.times(1, 900)))
                .filteredOn(verdict -> !verdict.held())
                .extracting(Verdict::what)
                .containsExactly("max-drops", "max-duplicated", "min-connected");
    }

    private static List<Verdict> judge(Limits limits, Histogram delivery) {
        return limits.judge(Reports.counts(2, 3, 4), 9, delivery);
    }

    private static Limits drops(Long most) {
        return new Limits(null, null, null, most, null, null, null, null, null);
    }

    private static Limits p99(Duration most) {
        return new Limits(null, most, null, null, null, null, null, null, null);
    }
}
