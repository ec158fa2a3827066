package io.lumia.swarm.report;

import io.lumia.config.FaultConfig.Kind;
import io.lumia.swarm.Sample;
import io.lumia.swarm.SwarmCounts;
import io.lumia.swarm.fault.FaultRan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Runs that never were. */
final class Reports {
    private static final Instant BEGAN = Instant.parse("2026-01-02T03:04:05Z");

    private Reports() {}

    static SwarmCounts counts(long lost, long duplicated, long dropped) {
        return new SwarmCounts(10, 10, 9, 10, 20, 1, 1000, 998, 0, 1, lost, duplicated, dropped, 3, 5);
    }

    /** In milliseconds. */
    static Histogram times(long... millis) {
        var histogram = new Histogram(3_600_000_000L, 3);
        for (long each : millis) {
            histogram.recordValue(each * 1000);
        }
        return histogram;
    }

    static RunReport report(String machine, Limits limits) {
        var counts = counts(2, 3, 4);
        var delivery = times(5, 10, 10, 20, 700);
        return new RunReport(
                machine,
                BEGAN,
                Duration.ofSeconds(75),
                Map.of("provisioning", "http://127.0.0.1:8080"),
                counts,
                9,
                delivery,
                times(),
                times(1000),
                List.of(new Sample(1, counts, 10, 20, 30), new Sample(2, counts, 0, 0, 0)),
                List.of(
                        new FaultRan("half", Kind.HALF_OPEN, 2, 0, BEGAN.plusSeconds(10), BEGAN.plusSeconds(70)),
                        new FaultRan("later", Kind.STOLEN, 1, 0, null, null)),
                limits.judge(counts, 9, delivery));
    }
}
