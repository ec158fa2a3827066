package io.lumia.grafana;

import static io.lumia.grafana.Yaml.map;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Recording and alerting rules as Prometheus reads them. */
final class PrometheusRules {
    private PrometheusRules() {}

    static String recordings() {
        return Yaml.text(GrafanaFiles.GENERATED, map("groups", List.of(recordingGroup())));
    }

    static String alerts() {
        return Yaml.text(GrafanaFiles.GENERATED, map("groups", alertGroups()));
    }

    /** The same as the Prometheus Operator reads them. */
    static String resource() {
        var groups = new ArrayList<Object>();
        groups.add(recordingGroup());
        groups.addAll(alertGroups());
        return Yaml.text(
                GrafanaFiles.GENERATED,
                map(
                        "apiVersion",
                        "monitoring.coreos.com/v1",
                        "kind",
                        "PrometheusRule",
                        "metadata",
                        map("name", "lumia"),
                        "spec",
                        map("groups", groups)));
    }

    private static Map<String, Object> recordingGroup() {
        var rules = Recordings.ALL.stream()
                .<Object>map(recording -> map("record", recording.name(), "expr", recording.expression()))
                .toList();
        return map("name", "lumia-recordings", "rules", rules);
    }

    private static List<Object> alertGroups() {
        return Rules.GROUPS.stream()
                .<Object>map(group -> map(
                        "name",
                        group.name(),
                        "rules",
                        group.alerts().stream().map(PrometheusRules::rule).toList()))
                .toList();
    }

    private static Map<String, Object> rule(Alert alert) {
        return map(
                "alert",
                alert.name(),
                "expr",
                alert.expression(),
                "for",
                text(alert.lasting()),
                "labels",
                map("severity", alert.severity().label(), "service", "lumia"),
                "annotations",
                map("summary", alert.summary(), "description", alert.description(), "runbook_url", alert.runbook()));
    }

    static String text(Duration duration) {
        return duration.toMinutes() % 60 == 0 ? duration.toHours() + "h" : duration.toMinutes() + "m";
    }
}
