package io.lumia.grafana;

import static io.lumia.grafana.Yaml.map;

import java.util.List;
import java.util.Map;

/** What can be chosen at the top of a dashboard: data source, job, instance. */
final class DashboardVariables {
    private DashboardVariables() {}

    static List<Object> of(Dashboard dashboard) {
        return List.of(
                map(
                        "name",
                        "datasource",
                        "label",
                        "Data source",
                        "type",
                        "datasource",
                        "query",
                        "prometheus",
                        "regex",
                        "",
                        "hide",
                        0,
                        "multi",
                        false,
                        "includeAll",
                        false,
                        "refresh",
                        1),
                labels("job", "Job", "label_values(" + dashboard.chosenBy() + ", job)"),
                labels("instance", "Instance", "label_values(" + dashboard.chosenBy() + "{job=~\"$job\"}, instance)"));
    }

    private static Map<String, Object> labels(String name, String label, String query) {
        return map(
                "name",
                name,
                "label",
                label,
                "type",
                "query",
                "datasource",
                PanelJson.source(),
                "query",
                map("query", query, "refId", name),
                "hide",
                0,
                "multi",
                true,
                "includeAll",
                true,
                "allValue",
                ".*",
                "current",
                map("selected", true, "text", List.of("All"), "value", List.of("$__all")),
                "refresh",
                2,
                "sort",
                1);
    }
}
