package io.lumia.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.lifecycle.StepReport;
import io.lumia.renewal.RenewalReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** How renewals are told on the terminal, and as JSON. */
final class RenewalReports {
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";
    private static final Map<Integer, String> BY_EXIT_CODE = Map.of(0, GREEN, 1, YELLOW, 2, RED);

    private final PrintWriter out;
    private final boolean coloured;

    RenewalReports(PrintWriter out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
    }

    void print(List<RenewalReport> reports) {
        for (RenewalReport report : reports) {
            out.println(headline(report));
            if (!report.steps().isEmpty()) {
                var table = new Table("  STEP", "RESULT", "TOOK", "DETAIL");
                report.steps()
                        .forEach(step -> table.row(
                                "  " + step.step().label(), step.result().label(), took(step), step.detail()));
                table.print(out);
            }
            out.println();
        }
    }

    private String headline(RenewalReport report) {
        var outcome = report.outcome().label().replace('_', ' ');
        var served = report.served();
        return paint(
                        BY_EXIT_CODE.getOrDefault(report.exitCode(), RED),
                        report.instance() + " (" + report.target() + "): " + outcome)
                + (report.problem().isEmpty() ? "" : ": " + report.problem())
                + (served == null ? "" : "; in use until " + served.validity().notAfter());
    }

    private String paint(String colour, String text) {
        return coloured ? colour + text + PLAIN : text;
    }

    private static String took(StepReport step) {
        return step.took().toMillis() + " ms";
    }

    /** {@code {"exitCode", "instances": […]}}. */
    static ObjectNode json(List<RenewalReport> reports) {
        var root = AdminClient.JSON.createObjectNode();
        root.put(
                "exitCode",
                reports.stream().mapToInt(RenewalReport::exitCode).max().orElse(0));
        var instances = root.putArray("instances");
        reports.forEach(report -> instances.add(json(report)));
        return root;
    }

    private static ObjectNode json(RenewalReport report) {
        var json = AdminClient.JSON.createObjectNode();
        json.put("instance", report.instance());
        json.put("target", report.target());
        json.put("method", report.method());
        json.put("issuer", report.issuer());
        json.put("outcome", report.outcome().label());
        json.put("reason", report.reason());
        json.put("problem", report.problem());
        json.put("begun", report.begun().toString());
        json.put("tookMillis", report.took().toMillis());
        json.put("backup", report.backup() == null ? null : report.backup().toString());
        json.put("dueAt", report.dueAt() == null ? null : report.dueAt().toString());
        var served = report.served();
        if (served != null) {
            json.put("serial", served.serial().toString());
            json.put("notAfter", served.validity().notAfter().toString());
        }
        var steps = json.putArray("steps");
        for (StepReport step : report.steps()) {
            steps.addObject()
                    .put("step", step.step().label())
                    .put("result", step.result().label())
                    .put("tookMillis", step.took().toMillis())
                    .put("detail", step.detail())
                    .put("reason", step.reason());
        }
        return json;
    }
}
