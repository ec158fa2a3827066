package io.lumia.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.bench.IssuanceBench;
import io.lumia.bench.IssuanceCase.Goal;
import io.lumia.bench.IssuanceResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** The results of {@code bench issuance}, for people and for programs. */
final class BenchIssuanceReport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OURS = IssuanceBench.SUBJECTS.get(0);

    private final String machine;
    private final List<IssuanceResult> results;
    private final int concurrency;

    /** @param concurrency of the cases with several clients */
    BenchIssuanceReport(String machine, List<IssuanceResult> results, int concurrency) {
        this.machine = machine;
        this.results = results;
        this.concurrency = concurrency;
    }

    void print(PrintWriter out) {
        out.println(machine);
        out.println();
        var table = new Table(
                "CASE", "SUBJECT", "CPU MS EACH", "RATE /S", "P50 MS", "P99 MS", "CPU RATIO", "RATE RATIO", "GOAL");
        for (IssuanceResult result : results) {
            table.row(
                    result.which().description(concurrency),
                    result.subject(),
                    number("%.3f", result.cpuPerOperation()),
                    number("%.0f", result.perSecond()),
                    number("%.2f", result.latency(0.5)),
                    number("%.2f", result.latency(0.99)),
                    cpuRatio(result).stream()
                            .mapToObj(ratio -> number("%.1f ×", ratio))
                            .findFirst()
                            .orElse(""),
                    rateRatio(result).stream()
                            .mapToObj(ratio -> number("%.1f ×", ratio))
                            .findFirst()
                            .orElse(""),
                    goals(result));
        }
        table.print(out);
        out.println();
        out.println(
                "CPU is that of the server process. Ratios compare Lumia with the peer in this run: CPU of the peer over ours, "
                        + "our rate over the peer's.");
    }

    /** As docs/benchmarks.md describes it. */
    ObjectNode json() {
        var root = JSON.createObjectNode().put("bench", "issuance").put("machine", machine);
        var figures = root.putArray("results");
        for (IssuanceResult result : results) {
            add(figures, result, "cpu-per-operation", "ms", result.cpuPerOperation());
            add(figures, result, "rate", "1/s", result.perSecond());
            add(figures, result, "p50", "ms", result.latency(0.5));
            add(figures, result, "p99", "ms", result.latency(0.99));
            add(figures, result, "operations", "1", result.operations());
            add(figures, result, "errors", "1", result.errors());
            cpuRatio(result).ifPresent(ratio -> add(figures, result, "cpu-ratio", "1", ratio));
            rateRatio(result).ifPresent(ratio -> add(figures, result, "rate-ratio", "1", ratio));
        }
        var goals = root.putArray("goals");
        results.stream().filter(BenchIssuanceReport::isOurs).forEach(result -> add(goals, result));
        return root;
    }

    private static void add(ArrayNode figures, IssuanceResult result, String metric, String unit, double value) {
        figures.addObject()
                .put("case", result.which().label())
                .put("subject", result.subject())
                .put("metric", metric)
                .put("unit", unit)
                .put("value", Double.isFinite(value) ? Double.valueOf(value) : null);
    }

    private void add(ArrayNode goals, IssuanceResult result) {
        for (Goal goal : result.which().goals()) {
            measured(goal, result)
                    .ifPresent(value -> goals.addObject()
                            .put("case", result.which().label())
                            .put("goal", text(goal))
                            .put("met", isMet(goal, value)));
        }
    }

    private String goals(IssuanceResult result) {
        return isOurs(result)
                ? String.join(
                        ", ",
                        result.which().goals().stream()
                                .map(goal -> text(goal) + verdict(goal, result))
                                .toList())
                : "";
    }

    private String verdict(Goal goal, IssuanceResult result) {
        var value = measured(goal, result);
        return value.isEmpty() ? " (no peer)" : isMet(goal, value.getAsDouble()) ? " met" : " MISSED";
    }

    /** Empty where it takes a peer that was not measured. */
    private OptionalDouble measured(Goal goal, IssuanceResult result) {
        return switch (goal.of()) {
            case CPU -> OptionalDouble.of(result.cpuPerOperation());
            case P50 -> OptionalDouble.of(result.latency(0.5));
            case CPU_RATIO -> cpuRatio(result);
        };
    }

    private static boolean isMet(Goal goal, double value) {
        return goal.of() == Goal.Of.CPU_RATIO ? value >= goal.bound() : value <= goal.bound();
    }

    private static String text(Goal goal) {
        var bound = number("%.1f", goal.bound());
        return switch (goal.of()) {
            case CPU -> "CPU ≤ " + bound + " ms";
            case P50 -> "p50 ≤ " + bound + " ms";
            case CPU_RATIO -> "CPU ratio ≥ " + bound;
        };
    }

    private OptionalDouble cpuRatio(IssuanceResult result) {
        return peer(result).stream()
                .mapToDouble(peer -> peer.cpuPerOperation() / result.cpuPerOperation())
                .findFirst();
    }

    private OptionalDouble rateRatio(IssuanceResult result) {
        return peer(result).stream()
                .mapToDouble(peer -> result.perSecond() / peer.perSecond())
                .findFirst();
    }

    /** The peer's result in the same case; empty for the peer itself. */
    private Optional<IssuanceResult> peer(IssuanceResult result) {
        return results.stream()
                .filter(other -> isOurs(result) && !isOurs(other) && other.which() == result.which())
                .findFirst();
    }

    private static boolean isOurs(IssuanceResult result) {
        return result.subject().equals(OURS);
    }

    private static String number(String form, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, form, value) : "-";
    }
}
