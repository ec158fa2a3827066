package io.lumia.grafana;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/**
 * An alert as a query and a number it is compared with. The query alone has a series whenever the system runs, so that a test can tell a query
 * that is wrong from one that is silent.
 *
 * @param query PromQL without the comparison; may name recordings
 * @param lasting how long it must hold
 * @param summary one line; may contain {@code {{ .Labels.NAME }}}
 * @param description what it means; may contain {@code {{ .Value }}} with a formatter
 */
record Alert(
        String name,
        Severity severity,
        String query,
        Bound bound,
        double threshold,
        Duration lasting,
        String summary,
        String description) {
    private static final String RUNBOOKS = "docs/runbooks.md#";

    static Alert critical(String name, String query, Bound bound, double threshold, Duration lasting, String... texts) {
        return new Alert(name, Severity.CRITICAL, query, bound, threshold, lasting, texts[0], texts[1]);
    }

    static Alert warning(String name, String query, Bound bound, double threshold, Duration lasting, String... texts) {
        return new Alert(name, Severity.WARNING, query, bound, threshold, lasting, texts[0], texts[1]);
    }

    /** The anchor that the heading of its section gets. */
    String runbook() {
        return RUNBOOKS + name.toLowerCase(Locale.ROOT);
    }

    /** As Prometheus evaluates it. */
    String expression() {
        return "(" + query + ") " + bound.promql() + " " + number();
    }

    /** Without exponent: people read it. */
    String number() {
        return new BigDecimal(Double.toString(threshold)).stripTrailingZeros().toPlainString();
    }
}
