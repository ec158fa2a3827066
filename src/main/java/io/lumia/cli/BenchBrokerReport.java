package io.lumia.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.bench.BrokerBench;
import io.lumia.bench.Figure;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The results of a broker's benchmark, for people and for programs. */
final class BenchBrokerReport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OURS = BrokerBench.SUBJECTS.get(0);

    private final String bench;
    private final String machine;
    private final List<Figure> figures;
    private final List<String> subjects;

    private record Line(String which, String metric, String unit) {}

    BenchBrokerReport(String bench, String machine, List<Figure> figures, List<String> subjects) {
        this.bench = bench;
        this.machine = machine;
        this.figures = figures;
        this.subjects = subjects;
    }

    void print(PrintWriter out) {
        out.println(machine);
        out.println();
        var peer =
                subjects.stream().filter(name -> !name.equals(OURS)).findFirst().orElse("");
        var table = new Table(
                "CASE", "METRIC", OURS.toUpperCase(Locale.ROOT), peer.toUpperCase(Locale.ROOT), "RATIO", "GOAL");
        for (Line line : lines()) {
            var ours = value(line, OURS);
            var theirs = value(line, peer);
            table.row(
                    line.which,
                    line.metric + (line.unit.equals("1") ? "" : " (" + line.unit + ")"),
                    text(ours),
                    text(theirs),
                    ratio(ours, theirs),
                    BenchBrokerGoals.of(line.which, line.metric)
                            .map(goal -> goal.verdict(ours, theirs))
                            .orElse(""));
        }
        table.print(out);
        out.println();
        out.println(
                "Ratios are Lumia's figure over the peer's. CPU is that of the broker's process; the load shares the machine.");
    }

    /** As docs/benchmarks.md describes it. */
    ObjectNode json() {
        var root = JSON.createObjectNode().put("bench", bench).put("machine", machine);
        var results = root.putArray("results");
        for (Figure figure : figures) {
            results.addObject()
                    .put("case", figure.which())
                    .put("subject", figure.subject())
                    .put("metric", figure.metric())
                    .put("unit", figure.unit())
                    .put("value", Double.isFinite(figure.value()) ? Double.valueOf(figure.value()) : null);
        }
        var goals = root.putArray("goals");
        for (Line line : lines()) {
            BenchBrokerGoals.of(line.which, line.metric)
                    .ifPresent(goal -> goal.isMet(value(line, OURS), peer(line))
                            .ifPresent(met -> goals.addObject()
                                    .put("case", line.which)
                                    .put("goal", goal.text(line.metric))
                                    .put("met", met)));
        }
        return root;
    }

    /** What must never be, however slow the machine is: a sentence for each. */
    List<String> brokenPromises() {
        return lines().stream()
                .filter(line -> BenchBrokerGoals.isPromise(line.which, line.metric))
                .filter(line -> value(line, OURS).orElse(0) > 0)
                .map(line -> line.which + ": " + line.metric + " is " + text(value(line, OURS)) + " and must be 0")
                .toList();
    }

    private List<Line> lines() {
        return figures.stream()
                .map(figure -> new Line(figure.which(), figure.metric(), figure.unit()))
                .distinct()
                .toList();
    }

    private OptionalDouble peer(Line line) {
        return subjects.stream()
                .filter(name -> !name.equals(OURS))
                .map(name -> value(line, name))
                .filter(OptionalDouble::isPresent)
                .findFirst()
                .orElse(OptionalDouble.empty());
    }

    private OptionalDouble value(Line line, String subject) {
        return figures.stream()
                .filter(figure -> figure.subject().equals(subject)
                        && figure.which().equals(line.which)
                        && figure.metric().equals(line.metric))
                .mapToDouble(Figure::value)
                .findFirst();
    }

    private static String ratio(OptionalDouble ours, OptionalDouble theirs) {
        double ratio = ours.orElse(Double.NaN) / theirs.orElse(Double.NaN);
        return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "";
    }

    private static String text(OptionalDouble value) {
        if (value.isEmpty()) {
            return "";
        }
        double number = value.getAsDouble();
        if (!Double.isFinite(number)) {
            return "cannot";
        }
        boolean whole = number >= 1000 || number == Math.rint(number);
        return String.format(Locale.ROOT, whole ? "%,.0f" : "%.2f", number);
    }
}
