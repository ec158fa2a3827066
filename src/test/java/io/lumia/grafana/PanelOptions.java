package io.lumia.grafana;

import static io.lumia.grafana.Yaml.map;

import java.util.List;
import java.util.Map;

/** How each kind of panel draws. */
final class PanelOptions {
    private PanelOptions() {}

    static Map<String, Object> of(Panel panel) {
        return switch (panel.kind()) {
            case STAT ->
                map(
                        "reduceOptions",
                        last(),
                        "colorMode",
                        "value",
                        "graphMode",
                        "none",
                        "textMode",
                        "auto",
                        "justifyMode",
                        "auto");
            case BARS ->
                map("reduceOptions", last(), "displayMode", "basic", "orientation", "horizontal", "showUnfilled", true);
            case TIME_SERIES ->
                map(
                        "legend",
                        map("displayMode", "list", "placement", "bottom", "showLegend", true, "calcs", List.of()),
                        "tooltip",
                        map("mode", "multi", "sort", "desc"));
            case HEATMAP ->
                map(
                        "calculate",
                        false,
                        "cellGap",
                        1,
                        "color",
                        map(
                                "mode",
                                "scheme",
                                "scheme",
                                "Blues",
                                "steps",
                                64,
                                "exponent",
                                0.5,
                                "fill",
                                "dark-blue",
                                "reverse",
                                false),
                        "yAxis",
                        map("axisPlacement", "left", "unit", panel.unit()),
                        "tooltip",
                        map("mode", "single", "yHistogram", false),
                        "legend",
                        map("show", true));
            case TABLE -> map("showHeader", true, "cellHeight", "sm");
            case ALERTS ->
                map(
                        "viewMode",
                        "list",
                        "alertName",
                        "Lumia",
                        "groupMode",
                        "default",
                        "maxItems",
                        20,
                        "sortOrder",
                        3,
                        "stateFilter",
                        map("firing", true, "pending", true, "error", true, "noData", false, "normal", false));
        };
    }

    private static Map<String, Object> last() {
        return map("calcs", List.of("lastNotNull"), "fields", "", "values", false);
    }
}
