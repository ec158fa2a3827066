package io.lumia.grafana;

/** The side of a number on which an alert fires. */
enum Bound {
    BELOW("<", "lt"),
    ABOVE(">", "gt");

    private final String promql;
    private final String grafana;

    Bound(String promql, String grafana) {
        this.promql = promql;
        this.grafana = grafana;
    }

    String promql() {
        return promql;
    }

    /** Evaluator of Grafana's threshold expression. */
    String grafana() {
        return grafana;
    }
}
