package io.lumia.grafana;

import static io.lumia.grafana.Yaml.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A panel in Grafana's own model. */
final class PanelJson {
    private PanelJson() {}

    /** The one that is chosen at the top. */
    static Map<String, Object> source() {
        return map("type", "prometheus", "uid", "${datasource}");
    }

    static Map<String, Object> heading(int id, String title, int top) {
        return map(
                "id",
                id,
                "type",
                "row",
                "title",
                title,
                "collapsed",
                false,
                "gridPos",
                position(24, 1, 0, top),
                "panels",
                List.of());
    }

    static Map<String, Object> panel(int id, Panel panel, int left, int top) {
        return map(
                "id",
                id,
                "type",
                panel.kind().plugin(),
                "title",
                panel.title(),
                "description",
                panel.description(),
                "gridPos",
                position(panel.width(), panel.height(), left, top),
                "datasource",
                source(),
                "fieldConfig",
                map("defaults", defaults(panel), "overrides", List.of()),
                "options",
                PanelOptions.of(panel),
                "links",
                links(panel),
                "targets",
                targets(panel));
    }

    private static Map<String, Object> position(int width, int height, int left, int top) {
        return map("x", left, "y", top, "w", width, "h", height);
    }

    private static Map<String, Object> defaults(Panel panel) {
        var steps = panel.steps().steps().stream()
                .<Object>map(step -> map("color", step.color(), "value", step.from()))
                .toList();
        var defaults = map(
                "unit",
                panel.unit(),
                "color",
                map("mode", panel.kind() == Kind.TIME_SERIES ? "palette-classic" : "thresholds"),
                "thresholds",
                map("mode", "absolute", "steps", steps));
        if (panel.kind() == Kind.TIME_SERIES) {
            defaults.put(
                    "custom",
                    map(
                            "lineWidth",
                            1,
                            "fillOpacity",
                            8,
                            "showPoints",
                            "never",
                            "thresholdsStyle",
                            map("mode", steps.size() > 1 ? "dashed" : "off")));
        }
        return defaults;
    }

    private static List<Object> links(Panel panel) {
        return panel.leadsTo() == null
                ? List.of()
                : List.of(link(
                        "link",
                        "Details",
                        List.of(),
                        "/d/" + panel.leadsTo() + "?${__url_time_range}&${datasource:queryparam}&${job:queryparam}"));
    }

    /** @param type {@code dashboards}: those with the tags; {@code link}: the address */
    static Map<String, Object> link(String type, String title, List<String> tags, String url) {
        return map(
                "type",
                type,
                "title",
                title,
                "tooltip",
                "",
                "icon",
                "external link",
                "tags",
                tags,
                "asDropdown",
                false,
                "includeVars",
                url.isEmpty(),
                "keepTime",
                url.isEmpty(),
                "targetBlank",
                false,
                "url",
                url);
    }

    private static List<Object> targets(Panel panel) {
        var targets = new ArrayList<Object>();
        boolean now = panel.kind() == Kind.STAT || panel.kind() == Kind.BARS || panel.kind() == Kind.TABLE;
        for (Query query : panel.queries()) {
            targets.add(map(
                    "refId",
                    Character.toString('A' + targets.size()),
                    "datasource",
                    source(),
                    "editorMode",
                    "code",
                    "expr",
                    query.promql(),
                    "legendFormat",
                    query.legend(),
                    "format",
                    panel.kind() == Kind.TABLE ? "table" : panel.kind() == Kind.HEATMAP ? "heatmap" : "time_series",
                    "instant",
                    now,
                    "range",
                    !now));
        }
        return targets;
    }
}
