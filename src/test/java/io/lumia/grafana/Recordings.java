package io.lumia.grafana;

import java.util.List;
import java.util.regex.Pattern;

/** Series computed once for several alerts. One job is one deployment: its processes are told apart by {@code instance}. */
final class Recordings {
    private static final Pattern NAME = Pattern.compile("\\blumia:\\w+:\\w+\\b");

    static final List<Recording> ALL = List.of(
            new Recording(
                    "lumia:certificate_remaining:seconds",
                    "min by (job, identity) (lumia_certificate_expiry_timestamp_seconds) - time()"),
            new Recording(
                    "lumia:certificate_lifetime:seconds",
                    "max by (job, identity) (lumia_certificate_lifetime_seconds)"),
            new Recording(
                    "lumia:certificate_remaining:ratio",
                    "lumia:certificate_remaining:seconds / lumia:certificate_lifetime:seconds"),
            new Recording(
                    "lumia:renewals_failed:ratio15m",
                    "sum by (job) (rate(lumia_acme_renewal_failure_total[15m]))"
                            + " / (sum by (job) (rate(lumia_acme_renewal_success_total[15m]))"
                            + " + sum by (job) (rate(lumia_acme_renewal_failure_total[15m])))"),
            new Recording("lumia:renewals_issued:increase2m", renewals("2m")),
            new Recording("lumia:renewals_issued:increase30m", renewals("30m")),
            new Recording(
                    "lumia:issuance_failed:ratio15m",
                    "1 - sum by (job) (rate(lumia_certificate_issue_duration_seconds_count{result!=\"failed\"}[15m]))"
                            + " / sum by (job) (rate(lumia_certificate_issue_duration_seconds_count[15m]))"),
            new Recording(
                    "lumia:mqtt_delivery_p99:seconds5m",
                    "histogram_quantile(0.99, sum by (job, le) (rate(lumia_mqtt_delivery_seconds_bucket[5m])))"),
            new Recording(
                    "lumia:mqtt_taken_over:increase2m",
                    "sum by (job) (increase(lumia_mqtt_disconnects_total{reason=\"taken_over\"}[2m]))"),
            new Recording(
                    "lumia:backup_age:seconds",
                    "time() - (max by (job, instance) (lumia_backup_last_success_timestamp_seconds > 0)"
                            + " or max by (job, instance) (process_start_time_seconds))"
                            + " and on (job, instance) sum by (job, instance) (lumia_backups_total) > 0"));

    private Recordings() {}

    /** The expression without recorded series, for whoever has no such rules. */
    static String expand(String expression) {
        return NAME.matcher(expression)
                .replaceAll(
                        found -> "(" + expand(named(found.group()).expression()).replace("$", "\\$") + ")");
    }

    private static Recording named(String name) {
        return ALL.stream()
                .filter(recording -> recording.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no recording " + name));
    }

    /** As the authority counts them, whatever the client; or as the agents do, where the CA is another's. The larger of both. */
    private static String renewals(String window) {
        var issued = "sum by (job) (increase(lumia_certificate_issue_duration_seconds_count"
                + "{result=\"issued\",via=~\"acme|renew|rekey\"}[" + window + "]))";
        var renewed = "sum by (job) (increase(lumia_acme_renewal_success_total[" + window + "]))";
        return issued + " > " + renewed + " or " + renewed + " or " + issued;
    }
}
