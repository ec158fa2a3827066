package io.lumia.grafana;

/** A panel plugin that comes with Grafana. */
enum Kind {
    STAT("stat"),
    TIME_SERIES("timeseries"),
    BARS("bargauge"),
    HEATMAP("heatmap"),
    TABLE("table"),
    ALERTS("alertlist");

    private final String plugin;

    Kind(String plugin) {
        this.plugin = plugin;
    }

    String plugin() {
        return plugin;
    }
}
