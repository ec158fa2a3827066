package io.lumia.lifecycle;

import static io.lumia.lifecycle.RenewalStep.BACKUP;
import static io.lumia.lifecycle.RenewalStep.CLEANUP;
import static io.lumia.lifecycle.RenewalStep.EXPIRY;
import static io.lumia.lifecycle.RenewalStep.HEALTH;
import static io.lumia.lifecycle.RenewalStep.RESTORATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.lifecycle.RenewalRun.Outcome;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class RenewalRunTest {
    @Test
    void takes_nine_steps_in_order() {
        var run = ended(Set.of());
        assertThat(run.steps())
                .extracting(StepReport::step)
                .containsExactly(java.util.Arrays.copyOf(RenewalStep.values(), 9));
        assertThat(run.outcome(ExpiryLevel.CRITICAL)).isEqualTo(Outcome.RENEWED);
        assertThat(run.failure()).isEmpty();
    }

    @Test
    void ends_when_the_certificate_is_not_due() {
        var run = RenewalRun.NEW.and(done(HEALTH)).and(StepReport.notDue(Duration.ZERO, ""));
        assertThat(run.next()).isEmpty();
        assertThat(run.outcome(ExpiryLevel.HEALTHY)).isEqualTo(Outcome.NOT_DUE);
    }

    @Test
    void a_source_that_is_down_is_no_failure_while_nothing_is_due() {
        var run = RenewalRun.NEW.and(failed(HEALTH)).and(StepReport.notDue(Duration.ZERO, ""));
        assertThat(run.outcome(ExpiryLevel.HEALTHY)).isEqualTo(Outcome.NOT_DUE);
        assertThat(run.failure()).isEmpty();
    }

    @Test
    void changes_nothing_when_the_source_is_down_or_the_backup_fails() {
        assertThat(ended(Set.of(HEALTH)).steps()).extracting(StepReport::step).containsExactly(HEALTH, EXPIRY);
        assertThat(ended(Set.of(BACKUP)).steps()).extracting(StepReport::step).containsExactly(HEALTH, EXPIRY, BACKUP);
        assertThat(ended(Set.of(HEALTH)).outcome(ExpiryLevel.WARNING)).isEqualTo(Outcome.KEPT);
    }

    @ParameterizedTest
    @EnumSource(names = {"ORDER", "VALIDATION", "INSTALLATION", "RELOAD", "TEST"})
    void restores_after_any_failure_behind_the_backup(RenewalStep failing) {
        var run = ended(Set.of(failing));
        assertThat(run.steps()).last().returns(RESTORATION, StepReport::step);
        assertThat(run.steps()).hasSize(java.util.List.of(RenewalStep.values()).indexOf(failing) + 2);
        assertThat(run.failure()).get().returns(failing, StepReport::step);
        assertThat(run.outcome(ExpiryLevel.HEALTHY)).isEqualTo(Outcome.KEPT);
    }

    @ParameterizedTest
    @EnumSource(
            names = {"HEALTHY", "WARNING"},
            mode = Mode.EXCLUDE)
    void a_failure_is_critical_when_what_is_in_use_ends_soon(ExpiryLevel level) {
        assertThat(ended(Set.of(HEALTH)).outcome(level)).isEqualTo(Outcome.CRITICAL);
    }

    @Test
    void a_failure_is_critical_when_the_restoration_fails_too() {
        var run = ended(Set.of(RenewalStep.RELOAD, RESTORATION));
        assertThat(run.outcome(ExpiryLevel.HEALTHY)).isEqualTo(Outcome.CRITICAL);
    }

    @Test
    void what_is_left_over_spoils_nothing() {
        assertThat(ended(Set.of(CLEANUP)).outcome(ExpiryLevel.HEALTHY)).isEqualTo(Outcome.RENEWED);
    }

    @Test
    void goes_on_without_a_source_where_a_last_resort_is_wanted() {
        var run = ended(RenewalRun.NEW.withLastResort(), Set.of(HEALTH, RenewalStep.ORDER));
        assertThat(run.steps()).last().returns(RESTORATION, StepReport::step);
        assertThat(run.failure()).get().returns(RenewalStep.ORDER, StepReport::step);
        assertThat(run.outcome(ExpiryLevel.EXPIRED)).isEqualTo(Outcome.CRITICAL);
    }

    @Test
    void a_source_that_delivers_after_all_was_not_down() {
        assertThat(ended(RenewalRun.NEW.withLastResort(), Set.of(HEALTH)).outcome(ExpiryLevel.EXPIRED))
                .isEqualTo(Outcome.RENEWED);
    }

    @Test
    void a_self_signed_certificate_is_told_as_a_failure_and_a_failure_behind_it_counts_more() {
        var fallenBack = RenewalRun.NEW
                .withLastResort()
                .and(failed(HEALTH))
                .and(done(EXPIRY))
                .and(done(BACKUP))
                .and(new StepReport(
                        RenewalStep.ORDER, StepReport.Result.FELL_BACK, Duration.ZERO, "self-signed", "unreachable"));

        var served = ended(fallenBack, Set.of());
        assertThat(served.outcome(ExpiryLevel.EXPIRED)).isEqualTo(Outcome.SELF_SIGNED);
        assertThat(served.failure()).get().returns("unreachable", StepReport::reason);
        assertThat(ended(fallenBack, Set.of(RenewalStep.TEST)).outcome(ExpiryLevel.EXPIRED))
                .isEqualTo(Outcome.CRITICAL);
    }

    @Test
    void takes_no_step_out_of_order() {
        assertThatThrownBy(() -> RenewalRun.NEW.and(done(BACKUP))).isInstanceOf(IllegalStateException.class);
    }

    private static RenewalRun ended(Set<RenewalStep> failing) {
        return ended(RenewalRun.NEW, failing);
    }

    private static RenewalRun ended(RenewalRun begun, Set<RenewalStep> failing) {
        var run = begun;
        for (var next = run.next(); next.isPresent(); next = run.next()) {
            var step = next.get();
            run = run.and(failing.contains(step) ? failed(step) : done(step));
        }
        return run;
    }

    private static StepReport done(RenewalStep step) {
        return StepReport.done(step, Duration.ZERO, "");
    }

    private static StepReport failed(RenewalStep step) {
        return StepReport.failed(step, Duration.ZERO, "", step.label());
    }
}
