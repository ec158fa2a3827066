package io.lumia.grafana;

/**
 * One expression of a panel.
 *
 * @param expression PromQL; <code>{@</code> stands for the selection of job and instance
 * @param legend of its series; may contain {@code {{label}}}
 */
record Query(String expression, String legend) {
    private static final String SELECTION = "{job=~\"$job\",instance=~\"$instance\"";

    String promql() {
        return expression.replace("{@", SELECTION);
    }
}
