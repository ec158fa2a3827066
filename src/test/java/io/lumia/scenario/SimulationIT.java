package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.simulation.Outcome;
import io.lumia.simulation.Scenario;
import io.lumia.simulation.Scenario.Capacity;
import io.lumia.simulation.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real fleet renews as {@code lumia simulate} says it would. The simulation has fifty times as many devices, so that chance is on the real side alone.
 * {@code scripts/soak --simulate} does it with 2,000 devices; the tolerances take a quiet machine for granted.
 */
@Tag("soak")
class SimulationIT {
    private static final int DEVICES = Integer.getInteger("lumia.soak.devices", 80);
    private static final Duration LIFETIME = Duration.ofSeconds(Integer.getInteger("lumia.soak.lifetime", 24));
    private static final int RAMP = Math.max(10, DEVICES / 50);
    private static final int PARTS = 8;
    private static final int FINER = 50;
    /** Renewals that take a second on a busy machine make the interval, half a lifetime, that much longer. */
    private static final double SLOWNESS = 0.05 + 1.0 / (LIFETIME.toSeconds() / 2.0);

    @TempDir
    Path directory;

    @Test
    void a_real_fleet_renews_as_simulated() throws Exception {
        var lasting = LIFETIME.multipliedBy(5).dividedBy(2);
        var real = new RealRun(livesFor(lasting), lasting);
        var simulated = new Simulation(new Scenario(
                        DEVICES * FINER,
                        LIFETIME,
                        lasting,
                        real.enrolled,
                        List.of(),
                        new Capacity(Double.POSITIVE_INFINITY, 1000, Duration.ofSeconds(1)),
                        new RenewalPolicy(0.333, null, 0.333),
                        new RetrySchedule(Duration.ofMillis(500), Duration.ofSeconds(60)),
                        true,
                        1))
                .run();
        compare(real, simulated, lasting);
    }

    private List<JsonNode> livesFor(Duration lasting) throws Exception {
        try (var lumia = LumiaProcess.fleet(7, directory.resolve("data"))
                .with("swarm.devices", DEVICES)
                .with("swarm.ramp-per-second", RAMP)
                .with("swarm.telemetry-interval", "10s")
                .with("lifetimes.device", LIFETIME.toSeconds() + "s")
                .with("agent.overlap", "2s")
                .with("log.level", "WARN")
                .start()) {
            lumia.awaitReady();
            lumia.await(
                    "everybody connected",
                    Duration.ofMinutes(5),
                    () -> lumia.metric("lumia_mqtt_connections") > DEVICES);
            lumia.letRun(lasting);
            return lumia.certificates();
        }
    }

    private void compare(RealRun real, Outcome simulated, Duration lasting) {
        double[] curve = cumulative(simulated);
        double expected = curve[curve.length - 1] / FINER;
        double distance = distance(real, curve, lasting);
        double[] course = real.parts(lasting);
        double[] wanted = parts(curve, lasting);
        System.out.printf(
                Locale.ROOT,
                "%d devices, lifetime %s, enrolled within %s: renewals %d real, %.0f simulated; distance of the courses %.3f%n",
                DEVICES,
                LIFETIME,
                real.enrolled,
                real.renewals.size(),
                expected,
                distance);
        for (int part = 0; part < wanted.length; part++) {
            System.out.printf(
                    Locale.ROOT,
                    "  %3.1f lifetimes: %.2f real, %.2f simulated, times the mean%n",
                    (double) part / PARTS,
                    course[part],
                    wanted[part]);
        }
        // 2.6 standard deviations of chance: one run of a hundred
        double chance = 1.63 / Math.sqrt(real.renewals.size());
        assertThat((double) real.renewals.size()).isCloseTo(expected, within(expected * (SLOWNESS + chance)));
        assertThat(distance).isLessThan(SLOWNESS + chance);
        double most = IntStream.range(0, course.length)
                .mapToDouble(i -> course[i])
                .max()
                .orElseThrow();
        double mostWanted = IntStream.range(0, wanted.length)
                .mapToDouble(i -> wanted[i])
                .max()
                .orElseThrow();
        double inPart = DEVICES * 2.0 / PARTS;
        assertThat(most).as("peak over mean").isCloseTo(mostWanted, within(0.15 + 3.5 / Math.sqrt(inPart)));
    }

    /** Kolmogorov's distance between when renewals happened and when they were to. */
    private static double distance(RealRun real, double[] curve, Duration lasting) {
        double most = 0;
        for (int i = 0; i < real.renewals.size(); i++) {
            double at = real.renewals.get(i).toMillis() / (double) lasting.toMillis();
            double simulated = curve[(int) Math.min(curve.length - 1, at * curve.length)] / curve[curve.length - 1];
            most = Math.max(most, Math.abs((i + 0.5) / real.renewals.size() - simulated));
        }
        return most;
    }

    private static double[] cumulative(Outcome outcome) {
        var rates = outcome.renewalRates();
        double seconds = outcome.bucket().toMillis() / 1000.0;
        var sums = new double[rates.length];
        double sum = 0;
        for (int i = 0; i < rates.length; i++) {
            sum += rates[i] * seconds;
            sums[i] = sum;
        }
        return sums;
    }

    /** Rates over the mean, in eighths of the lifetime. */
    private static double[] parts(double[] curve, Duration lasting) {
        int parts = (int) (lasting.toMillis() * PARTS / LIFETIME.toMillis());
        var rates = new double[parts];
        double before = 0;
        for (int part = 0; part < parts; part++) {
            double upTo = curve[(int) ((long) (part + 1) * curve.length / parts) - 1];
            rates[part] = (upTo - before) / FINER / (DEVICES * 2.0 / PARTS);
            before = upTo;
        }
        return rates;
    }

    /** What the CA recorded, from the first device certificate on. */
    private static final class RealRun {
        final Duration enrolled;
        final List<Duration> renewals = new ArrayList<>();

        RealRun(List<JsonNode> certificates, Duration lasting) {
            var devices = certificates.stream()
                    .filter(certificate ->
                            "device".equals(certificate.path("profile").asText()))
                    .filter(certificate -> certificate.path("identity").asText().startsWith("dev-"))
                    .sorted(Comparator.comparing(RealRun::issuedAt))
                    .toList();
            var begin = issuedAt(devices.get(0));
            var seen = new HashSet<String>();
            var last = Duration.ZERO;
            for (JsonNode certificate : devices) {
                var at = Duration.between(begin, issuedAt(certificate));
                if (seen.add(certificate.path("identity").asText())) {
                    last = at;
                } else if (at.compareTo(lasting) < 0) {
                    renewals.add(at);
                }
            }
            assertThat(seen).hasSize(DEVICES);
            enrolled = last;
        }

        double[] parts(Duration lasting) {
            var rates = new double[(int) (lasting.toMillis() * PARTS / LIFETIME.toMillis())];
            for (Duration at : renewals) {
                int part = (int) (at.toMillis() * PARTS / LIFETIME.toMillis());
                if (part < rates.length) {
                    rates[part] += 1 / (DEVICES * 2.0 / PARTS);
                }
            }
            return rates;
        }

        private static Instant issuedAt(JsonNode certificate) {
            return Instant.parse(certificate.path("issuedAt").asText());
        }
    }
}
