package io.lumia.grafana;

import static io.lumia.grafana.Yaml.map;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The same alerts in Grafana's own form, for those who run Prometheus without rules. Of absent data nothing is concluded here: each query has a
 * series while Lumia runs, and LumiaAbsent and its neighbours tell when not.
 */
final class GrafanaRules {
    private static final String EXPRESSIONS = "__expr__";

    private GrafanaRules() {}

    static String rules() {
        var groups = Rules.GROUPS.stream()
                .<Object>map(group -> map(
                        "orgId",
                        1,
                        "name",
                        group.name(),
                        "folder",
                        "Lumia",
                        "interval",
                        "1m",
                        "rules",
                        group.alerts().stream().map(GrafanaRules::rule).toList()))
                .toList();
        return Yaml.text(
                GrafanaFiles.GENERATED
                        + "\nWithout Prometheus rules. Where prometheus/alerts.yml is loaded, leave this file out, or you are told twice.",
                map("apiVersion", 1, "groups", groups));
    }

    private static Map<String, Object> rule(Alert alert) {
        return map(
                "uid",
                alert.name().toLowerCase(Locale.ROOT),
                "title",
                alert.name(),
                "condition",
                "B",
                "data",
                List.of(query(alert), threshold(alert)),
                "noDataState",
                "OK",
                "execErrState",
                "Error",
                "for",
                PrometheusRules.text(alert.lasting()),
                "annotations",
                map(
                        "summary",
                        templates(alert.summary()),
                        "description",
                        templates(alert.description()),
                        "runbook_url",
                        alert.runbook()),
                "labels",
                map("severity", alert.severity().label(), "service", "lumia"),
                "isPaused",
                false);
    }

    private static Map<String, Object> query(Alert alert) {
        return map(
                "refId",
                "A",
                "relativeTimeRange",
                map("from", 600, "to", 0),
                "datasourceUid",
                GrafanaFiles.DATA_SOURCE,
                "model",
                map(
                        "refId",
                        "A",
                        "datasource",
                        map("type", "prometheus", "uid", GrafanaFiles.DATA_SOURCE),
                        "editorMode",
                        "code",
                        "expr",
                        Recordings.expand(alert.query()),
                        "instant",
                        true,
                        "range",
                        false,
                        "intervalMs",
                        1000,
                        "maxDataPoints",
                        43200));
    }

    private static Map<String, Object> threshold(Alert alert) {
        return map(
                "refId",
                "B",
                "relativeTimeRange",
                map("from", 0, "to", 0),
                "datasourceUid",
                EXPRESSIONS,
                "model",
                map(
                        "refId",
                        "B",
                        "datasource",
                        map("type", EXPRESSIONS, "uid", EXPRESSIONS),
                        "type",
                        "threshold",
                        "expression",
                        "A",
                        "conditions",
                        List.of(map(
                                "evaluator",
                                map("type", alert.bound().grafana(), "params", List.of(alert.threshold()))))));
    }

    /** Grafana's value is a text about all queries; A is the number. A dollar sign would be taken for an environment variable. */
    private static String templates(String text) {
        return text.replace(".Value ", ".Values.A.Value ");
    }
}
