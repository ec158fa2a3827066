package io.lumia.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.config.Durations;
import io.lumia.simulation.Outcome;
import io.lumia.simulation.TerminalChart;
import java.time.Duration;
import java.util.Locale;

/** What {@code lumia simulate} tells. */
final class SimulationReport {
    private final Outcome outcome;
    private final Outcome unlimited;
    private final Outcome without;
    private final Duration took;

    /**
     * @param unlimited the same with a CA that serves whatever comes: what it would need
     * @param without the same without spreading
     */
    SimulationReport(Outcome outcome, Outcome unlimited, Outcome without, Duration took) {
        this.outcome = outcome;
        this.unlimited = unlimited;
        this.without = without;
        this.took = took;
    }

    String json() {
        var scenario = outcome.scenario();
        var json = AdminClient.JSON
                .createObjectNode()
                .put("devices", scenario.devices())
                .put("lifetime", Durations.text(scenario.lifetime()))
                .put("simulated", Durations.text(scenario.lasting()))
                .put("seed", scenario.seed())
                .put("bucketSeconds", outcome.bucket().toMillis() / 1000.0)
                .put("capacityNeededPerSecond", rounded(unlimited.peakPerSecond()));
        figures(json, outcome);
        json.put("peakAtSeconds", outcome.peakAt().toSeconds());
        json.put("peakOverMeanLastLifetime", rounded(lastLifetime(outcome)));
        figures(json.putObject("withoutSpreading").put("simulatedDevices", without.simulatedDevices()), without);
        return json.put("tookMillis", took.toMillis()).toPrettyString() + System.lineSeparator();
    }

    private static void figures(ObjectNode json, Outcome outcome) {
        json.put("meanPerSecond", rounded(outcome.meanPerSecond()))
                .put("peakPerSecond", rounded(outcome.peakPerSecond()))
                .put("peakOverMean", rounded(outcome.peakOverMean()))
                .put("renewals", outcome.renewals())
                .put("attempts", outcome.attempts())
                .put("attemptsPeakPerSecond", rounded(outcome.attemptsPeakPerSecond()))
                .put("refused", outcome.refused())
                .put("expired", outcome.expired())
                .put("withoutCertificate", outcome.withoutCertificate())
                .put("backlog", outcome.backlog())
                .put("longestWaitSeconds", outcome.longestWait().toMillis() / 1000.0);
    }

    String text(boolean chart) {
        var scenario = outcome.scenario();
        var text = new StringBuilder();
        line(
                text,
                "%,d devices, certificates of %s, %s simulated in %.1f s (seed %d)",
                scenario.devices(),
                Durations.text(scenario.lifetime()),
                Durations.text(scenario.lasting()),
                took.toMillis() / 1000.0,
                scenario.seed());
        scenario.outages()
                .forEach(outage -> line(
                        text,
                        "CA down after %s for %s",
                        Durations.text(outage.from()),
                        Durations.text(outage.lasting())));
        text.append('\n');
        if (chart) {
            text.append(new TerminalChart(outcome).text()).append('\n');
        }
        row(text, "", "spread", "without spreading");
        row(text, "mean of the mixed fleet", rate(outcome.meanPerSecond()), rate(without.meanPerSecond()));
        row(
                text,
                "peak, in " + Durations.text(outcome.bucket()),
                rate(outcome.peakPerSecond()),
                rate(without.peakPerSecond()));
        row(text, "peak over mean", ratio(outcome.peakOverMean()), ratio(without.peakOverMean()));
        row(text, "  in the last lifetime", ratio(lastLifetime(outcome)), ratio(lastLifetime(without)));
        row(text, "renewals", many(outcome.renewals()), many(without.renewals()));
        row(text, "certificates that ended unrenewed", many(outcome.expired()), many(without.expired()));
        row(text, "devices that waited, at most", many(outcome.backlog()), many(without.backlog()));
        row(text, "  longest wait", wait(outcome), wait(without));
        row(
                text,
                "attempts at the CA, peak",
                rate(outcome.attemptsPeakPerSecond()),
                rate(without.attemptsPeakPerSecond()));
        row(text, "refused (429)", many(outcome.refused()), many(without.refused()));
        text.append('\n');
        line(text, "CA capacity with which nobody waits for the CA: %s", rate(unlimited.peakPerSecond()));
        return text.toString();
    }

    private static double lastLifetime(Outcome outcome) {
        var scenario = outcome.scenario();
        return outcome.peakOverMeanAfter(scenario.lasting().minus(scenario.lifetime()));
    }

    private static String wait(Outcome outcome) {
        var wait = outcome.longestWait();
        return wait.isZero() ? "none" : Durations.text(Duration.ofSeconds(Math.max(1, wait.toSeconds())));
    }

    private static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.2f/s" : "%,.1f/s", perSecond);
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%,.2f", ratio);
    }

    private static String many(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static void row(StringBuilder text, String what, String spread, String without) {
        line(text, "%-36s %16s %20s", what, spread, without);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
