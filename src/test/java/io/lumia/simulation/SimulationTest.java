package io.lumia.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.simulation.Scenario.Capacity;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int DEVICES = 20_000;
    private static final Duration DAY = Duration.ofDays(1);
    private static final RenewalPolicy THIRDS = new RenewalPolicy(1 / 3.0, null, 1 / 3.0);
    private static final RetrySchedule RETRIES = new RetrySchedule(Duration.ofMillis(500), Duration.ofSeconds(60));
    private static final double ANY = Double.POSITIVE_INFINITY;

    @Test
    void renews_evenly_from_the_start_though_all_came_at_once() {
        var outcome = run(scenario(3, ANY, List.of(), 1));
        assertThat(outcome.meanPerSecond()).isCloseTo(DEVICES * 2.0 / DAY.toSeconds(), within(1e-6));
        assertThat(outcome.enrolled()).isEqualTo(DEVICES);
        assertThat(outcome.peakOverMean()).isLessThan(1.35);
        assertThat(outcome.renewals()).isBetween(DEVICES * 59L / 10, DEVICES * 61L / 10);
        assertThat(outcome.expired()).isZero();
    }

    @Test
    void shows_what_the_fleet_would_do_without_spreading() {
        var outcome = run(scenario(3, ANY, List.of(), 1).withoutSpreading());
        assertThat(outcome.peakPerSecond() * outcome.bucket().toSeconds()).isCloseTo(DEVICES, within(1.0));
        assertThat(outcome.peakOverMeanAfter(DAY.multipliedBy(2))).isGreaterThan(15);
    }

    @Test
    void takes_up_the_backlog_of_an_outage_without_a_stampede_and_is_level_afterwards() {
        var down = List.of(new Outage(Duration.ofDays(2), Duration.ofHours(3)));
        var outcome = run(scenario(5, ANY, down, 1));
        assertThat(outcome.expired()).isZero();
        assertThat(outcome.backlog()).isCloseTo(DEVICES / 4, within(DEVICES / 50));
        assertThat(outcome.peakOverMean()).isBetween(1.2, 1.6);
        assertThat(outcome.peakOverMeanAfter(Duration.ofDays(4))).isLessThan(1.35);
    }

    @Test
    void loses_certificates_to_an_outage_longer_than_what_they_had_left_and_is_level_in_the_next_generation() {
        var down = List.of(new Outage(Duration.ofDays(2), Duration.ofHours(12)));
        var outcome = run(scenario(6, 4, down, 1));
        assertThat(outcome.expired()).isGreaterThan(1000);
        assertThat(outcome.withoutCertificate()).isLessThanOrEqualTo((int) outcome.expired());
        assertThat(outcome.peakPerSecond()).isLessThan(4.1);
        assertThat(outcome.peakOverMeanAfter(Duration.ofDays(5))).isLessThan(1.4);
    }

    @Test
    void serves_no_more_than_the_ca_can_and_refuses_what_does_not_fit_in_the_line() {
        var outcome = run(crowd(Duration.ofHours(6)));
        assertThat(outcome.refused()).isPositive();
        assertThat(outcome.enrolled()).isEqualTo(2000);
        assertThat(outcome.peakPerSecond()).isLessThan(0.55);
        assertThat(outcome.longestWait()).isGreaterThan(Duration.ofSeconds(2000 * 2));
    }

    @Test
    void keeps_half_of_a_ca_that_issues_less_than_one_a_second_for_those_let_in() {
        var outcome = run(crowd(Duration.ofHours(1)));
        assertThat(outcome.enrolled() + outcome.renewals()).isBetween(898L, 902L);
    }

    @Test
    void takes_the_same_course_for_the_same_seed() {
        var down = List.of(new Outage(DAY, Duration.ofHours(1)));
        assertThat(run(scenario(2, 10, down, 7)).renewalRates())
                .isEqualTo(run(scenario(2, 10, down, 7)).renewalRates());
        assertThat(run(scenario(2, 10, down, 7)).renewalRates())
                .isNotEqualTo(run(scenario(2, 10, down, 8)).renewalRates());
    }

    @Test
    void tells_of_a_sample_what_the_whole_fleet_does() {
        var whole = scenario(3, ANY, List.of(), 1).withoutSpreading();
        var sample = Simulation.sample(whole, DEVICES / 10).run();
        assertThat(sample.simulatedDevices()).isEqualTo(DEVICES / 10);
        assertThat(sample.peakPerSecond()).isCloseTo(run(whole).peakPerSecond(), within(0.001));
        assertThat(sample.renewals()).isEqualTo(run(whole).renewals());
    }

    @Test
    void refuses_what_makes_no_sense() {
        var twice = List.of(new Outage(DAY, DAY), new Outage(DAY.plusHours(1), DAY));
        assertThatThrownBy(() -> scenario(3, ANY, twice, 1)).hasMessageContaining("overlap");
        assertThatThrownBy(() -> scenario(3, 0, List.of(), 1)).hasMessageContaining("capacity");
    }

    /** All at once before a CA that needs more than an hour for them, even when nobody knocks twice. */
    private static Scenario crowd(Duration lasting) {
        return new Scenario(
                2000,
                DAY,
                lasting,
                Duration.ZERO,
                List.of(),
                new Capacity(0.5, 100, Duration.ofSeconds(1)),
                THIRDS,
                RETRIES,
                true,
                1);
    }

    private static Outcome run(Scenario scenario) {
        return new Simulation(scenario).run();
    }

    private static Scenario scenario(int days, double perSecond, List<Outage> outages, long seed) {
        return new Scenario(
                DEVICES,
                DAY,
                Duration.ofDays(days),
                Duration.ZERO,
                outages,
                new Capacity(perSecond, 1000, Duration.ofSeconds(1)),
                THIRDS,
                RETRIES,
                true,
                seed);
    }
}
