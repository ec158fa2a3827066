package io.lumia.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bench.Figures;
import io.lumia.bench.IssuanceCase;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, for people and for programs.
 *
 * @param results by case and subject
 */
record IssuanceReport(Machine machine, Map<IssuanceCase, Map<String, Figures>> results) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OURS = "lumia";
    private static final String PEER = "step-ca";

    private record Document(String bench, Machine machine, List<Result> results) {}

    private record Result(
            @com.fasterxml.jackson.annotation.JsonProperty("case")
            String measured,

            String subject,
            String metric,
            String unit,
            double value) {}

    String json() {
        var all = new ArrayList<Result>();
        results.forEach((measured, subjects) -> {
            subjects.forEach((subject, figures) -> all.addAll(results(measured.label(), subject, figures)));
            var ours = subjects.get(OURS);
            var peer = subjects.get(PEER);
            if (ours != null && peer != null) {
                all.add(new Result(measured.label(), OURS, "rate-ratio", "1", ours.rate() / peer.rate()));
                all.add(new Result(measured.label(), OURS, "cpu-ratio", "1", peer.cpu() / ours.cpu()));
            }
        });
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(new Document("issuance", machine, all));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("figures cannot be written", impossible);
        }
    }

    private static List<Result> results(String measured, String subject, Figures figures) {
        return List.of(
                new Result(measured, subject, "rate", "1/s", figures.rate()),
                new Result(measured, subject, "p50", "ms", figures.median()),
                new Result(measured, subject, "p99", "ms", figures.p99()),
                new Result(measured, subject, "cpu", "ms", figures.cpu()),
                new Result(measured, subject, "operations", "1", figures.operations()),
                new Result(measured, subject, "errors", "1", figures.errors()));
    }

    void print(PrintWriter out) {
        var table = new Table("case", "subject", "rate/s", "p50 ms", "p99 ms", "CPU ms each", "errors", "goal");
        results.forEach((measured, subjects) -> subjects.forEach((subject, figures) -> table.row(
                measured.title(),
                subject,
                number("%.0f", figures.rate()),
                number("%.1f", figures.median()),
                number("%.1f", figures.p99()),
                number("%.2f", figures.cpu()),
                String.valueOf(figures.errors()),
                subject.equals(OURS) ? goals(measured, figures, subjects.get(PEER)) : "")));
        table.print(out);
    }

    /** Each goal with whether it is met. */
    private static String goals(IssuanceCase measured, Figures ours, @Nullable Figures peer) {
        var told = new ArrayList<String>();
        var mostCpu = measured.mostCpu();
        if (mostCpu != null) {
            told.add(told("CPU <= " + mostCpu + " ms", ours.cpu() <= mostCpu));
        }
        var mostMedian = measured.mostMedian();
        if (mostMedian != null) {
            told.add(told("p50 <= " + mostMedian + " ms", ours.median() <= mostMedian));
        }
        var leastRatio = measured.leastRatio();
        if (leastRatio != null && peer != null) {
            told.add(told("rate >= " + leastRatio + " x", ours.rate() >= leastRatio * peer.rate()));
        }
        if (peer != null) {
            told.add(number("%.1f x the rate", ours.rate() / peer.rate()) + ", "
                    + number("1/%.1f of the CPU", peer.cpu() / ours.cpu()));
        }
        return String.join("; ", told);
    }

    private static String told(String goal, boolean met) {
        return goal + (met ? " met" : " NOT met");
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
