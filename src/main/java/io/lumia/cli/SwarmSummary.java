package io.lumia.cli;

import io.lumia.swarm.report.RunReport;
import java.io.PrintWriter;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** A run's report on the terminal. */
final class SwarmSummary {
    private static final double MICROS_PER_MILLI = 1000;

    private SwarmSummary() {}

    static void print(RunReport report, PrintWriter out) {
        var counts = report.counts();
        line(
                out,
                "devices",
                "%d connected of %d, %d enrolled",
                report.connected(),
                counts.devices(),
                counts.enrolled());
        line(out, "renewals", "%d, %d taken back", counts.renewals(), counts.renewalFailures());
        line(out, "connections", "%d dropped, %d left and came back", counts.dropped(), counts.left());
        line(
                out,
                "messages",
                "%d published, %d back, %d lost, %d duplicated, %d not sent, %d under way at the end",
                counts.published(),
                counts.received(),
                counts.lost(),
                counts.duplicated(),
                counts.unsent(),
                counts.unfinished());
        times(out, "delivery", report.delivery());
        times(out, "commands", report.roundTrips());
        times(out, "enrolment", report.enrolment());
        report.verdicts()
                .forEach(verdict -> line(
                        out,
                        verdict.held() ? "kept" : "MISSED",
                        "--%s %s: %s",
                        verdict.what(),
                        verdict.limit(),
                        verdict.measured()));
        out.flush();
    }

    private static void times(PrintWriter out, String what, Histogram times) {
        if (times.getTotalCount() > 0) {
            line(out, what, "p50 %.1f ms, p99 %.1f ms, max %.1f ms", at(times, 50), at(times, 99), at(times, 100));
        }
    }

    private static double at(Histogram times, double percentile) {
        return times.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }

    private static void line(PrintWriter out, String what, String form, Object... values) {
        out.printf(Locale.ROOT, "  %-12s %s%n", what, String.format(Locale.ROOT, form, values));
    }
}
