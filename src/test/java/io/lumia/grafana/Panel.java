package io.lumia.grafana;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One picture of a dashboard.
 *
 * @param description for whoever asks what is seen here, and what is good
 * @param unit Grafana's name of it
 * @param width of 24 columns
 * @param leadsTo uid of the dashboard with the details; null: none
 */
record Panel(
        Kind kind,
        String title,
        String description,
        String unit,
        int width,
        Steps steps,
        @Nullable String leadsTo,
        List<Query> queries) {
    private static final int LOW = 4;
    private static final int HIGH = 8;

    static Panel stat(String title, String unit, String description, String expression) {
        return new Panel(Kind.STAT, title, description, unit, 4, Steps.NONE, null, List.of(new Query(expression, "")));
    }

    static Panel series(String title, String unit, String description) {
        return new Panel(Kind.TIME_SERIES, title, description, unit, 12, Steps.NONE, null, List.of());
    }

    static Panel of(Kind kind, String title, String unit, String description) {
        return new Panel(kind, title, description, unit, 12, Steps.NONE, null, List.of());
    }

    Panel query(String expression, String legend) {
        var more = new ArrayList<>(queries);
        more.add(new Query(expression, legend));
        return new Panel(kind, title, description, unit, width, steps, leadsTo, List.copyOf(more));
    }

    /** The usual quantiles of a histogram of seconds, whatever else its buckets are labelled with. */
    Panel quantiles(String buckets, String by) {
        var labels = by.isEmpty() ? "le" : by + ", le";
        var legend = by.isEmpty() ? "" : "{{" + by + "}} ";
        var rate = "sum by (" + labels + ") (rate(" + buckets + "[$__rate_interval])))";
        return query("histogram_quantile(0.5, " + rate, legend + "p50")
                .query("histogram_quantile(0.99, " + rate, legend + "p99");
    }

    Panel width(int columns) {
        return new Panel(kind, title, description, unit, columns, steps, leadsTo, queries);
    }

    Panel steps(Steps coloured) {
        return new Panel(kind, title, description, unit, width, coloured, leadsTo, queries);
    }

    Panel leadsTo(String dashboard) {
        return new Panel(kind, title, description, unit, width, steps, dashboard, queries);
    }

    int height() {
        return kind == Kind.STAT ? LOW : HIGH;
    }
}
