package io.lumia.grafana;

import static io.lumia.grafana.Yaml.map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A dashboard in Grafana's own model, which 10 to 12 read. */
final class DashboardJson {
    /** Of Grafana 10.0; later ones bring it up to date as they load it. */
    private static final int SCHEMA = 38;

    private static final int COLUMNS = 24;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private DashboardJson() {}

    static String text(Dashboard dashboard) {
        try {
            return MAPPER.writeValueAsString(model(dashboard)) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Map<String, Object> model(Dashboard dashboard) {
        return map(
                "uid",
                dashboard.uid(),
                "title",
                dashboard.title(),
                "description",
                dashboard.description() + " " + GrafanaFiles.GENERATED,
                "tags",
                List.of(Dashboard.TAG),
                "schemaVersion",
                SCHEMA,
                "version",
                1,
                "editable",
                false,
                "graphTooltip",
                1,
                "refresh",
                "30s",
                "time",
                map("from", "now-6h", "to", "now"),
                "timezone",
                "browser",
                "links",
                List.of(otherDashboards()),
                "annotations",
                map("list", List.of(restarts())),
                "templating",
                map("list", DashboardVariables.of(dashboard)),
                "panels",
                panels(dashboard));
    }

    private static Map<String, Object> otherDashboards() {
        return PanelJson.link("dashboards", "Lumia", List.of(Dashboard.TAG), "");
    }

    /** A line where a process began: most jumps have their cause there. */
    private static Map<String, Object> restarts() {
        return map(
                "name",
                "Starts",
                "datasource",
                PanelJson.source(),
                "enable",
                true,
                "iconColor",
                "blue",
                "expr",
                new Query("changes(process_start_time_seconds{@}[$__interval]) > 0", "").promql(),
                "titleFormat",
                "Started",
                "textFormat",
                "{{instance}}");
    }

    /** Left to right, and into a new line when the next does not fit. */
    private static List<Object> panels(Dashboard dashboard) {
        var all = new ArrayList<Object>();
        int top = 0;
        for (Section section : dashboard.sections()) {
            all.add(PanelJson.heading(all.size() + 1, section.title(), top));
            top++;
            int left = 0;
            int height = 0;
            for (Panel panel : section.panels()) {
                if (left + panel.width() > COLUMNS) {
                    top += height;
                    left = 0;
                    height = 0;
                }
                all.add(PanelJson.panel(all.size() + 1, panel, left, top));
                left += panel.width();
                height = Math.max(height, panel.height());
            }
            top += height;
        }
        return all;
    }
}
