package io.lumia.grafana;

import java.util.List;

/** Whether all is well, on one page. */
final class FleetOverview {
    private FleetOverview() {}

    static Dashboard dashboard() {
        return new Dashboard(
                Dashboard.FLEET,
                "fleet-overview.json",
                "Lumia: fleet overview",
                "Is the fleet connected, are its certificates renewed, does anything end soon?",
                "lumia_build_info",
                List.of(now(), ends(), traffic(), processes()));
    }

    private static Section now() {
        return Section.of(
                "Now",
                Panel.stat("Processes up", "short", "Processes of this job that Prometheus can scrape.", "sum(up{@})")
                        .steps(Steps.ONE_IS_GOOD)
                        .width(3),
                Panel.stat(
                                "Devices connected",
                                "short",
                                "MQTT connections open now, the application's included.",
                                "sum(lumia_mqtt_connections{@})")
                        .leadsTo(Dashboard.BROKER)
                        .width(3),
                Panel.stat(
                                "Active certificates",
                                "short",
                                "Certificates that are neither expired nor revoked, replaced ones that still run included.",
                                "max(sum by (instance) (lumia_certificates{@,status=\"active\"}))")
                        .leadsTo(Dashboard.AUTHORITY)
                        .width(3),
                Panel.stat(
                                "Renewals overdue",
                                "short",
                                "Devices whose newest certificate should have been replaced by the policy. Healthy: 0.",
                                "max(lumia_renewals_overdue{@})")
                        .steps(Steps.ZERO_IS_GOOD)
                        .leadsTo(Dashboard.RENEWALS)
                        .width(3),
                Panel.stat(
                                "Renewals that succeed",
                                "percentunit",
                                "Of the renewals in the chosen time; nothing is shown while there were none.",
                                "sum(increase(lumia_acme_renewal_success_total{@}[$__range])) / (sum(increase(lumia_acme_renewal_success_total{@}[$__range]))"
                                        + " + sum(increase(lumia_acme_renewal_failure_total{@}[$__range])))")
                        .steps(Steps.rising("red").then("orange", 0.9).then("green", 0.99))
                        .leadsTo(Dashboard.RENEWALS)
                        .width(3),
                Panel.stat(
                                "Delivery, p99",
                                "s",
                                "99th percentile from the publish at the device to the arrival at the application. Required: under a second.",
                                "histogram_quantile(0.99, sum by (le) (rate(lumia_mqtt_delivery_seconds_bucket{@}[$__rate_interval])))")
                        .steps(Steps.NONE.then("orange", 0.5).then("red", 1))
                        .leadsTo(Dashboard.BROKER)
                        .width(3),
                Panel.stat(
                                "First certificate to end",
                                "s",
                                "Time left of the service whose certificate ends first; below zero it has ended.",
                                "min(lumia_certificate_expiry_timestamp_seconds{@}) - time()")
                        .steps(Steps.rising("red").then("orange", 7200).then("green", 14400))
                        .width(3),
                Panel.stat(
                                "Provisioning",
                                "bool_on_off",
                                "Whether new devices can enrol now. It should be on only while some are added.",
                                "max(lumia_provisioning_enabled{@})")
                        .steps(Steps.ZERO_IS_GOOD)
                        .leadsTo(Dashboard.AUTHORITY)
                        .width(3));
    }

    private static Section ends() {
        return Section.of(
                "What ends when",
                Panel.of(
                                Kind.BARS,
                                "Time left",
                                "s",
                                "Of the certificates of services, of the CA and of what is watched.")
                        .query(
                                "sort(min by (identity) (lumia_certificate_expiry_timestamp_seconds{@}) - time())",
                                "{{identity}}")
                        .steps(Steps.rising("red").then("orange", 7200).then("green", 14400))
                        .width(8),
                Panel.of(
                                Kind.BARS,
                                "Share of the lifetime left",
                                "percentunit",
                                "Renewal is due with a third left: less than a quarter means that it did not happen.")
                        .query(
                                "sort((min by (identity) (lumia_certificate_expiry_timestamp_seconds{@}) - time())"
                                        + " / max by (identity) (lumia_certificate_lifetime_seconds{@}))",
                                "{{identity}}")
                        .steps(Steps.rising("red").then("orange", 0.1).then("green", 0.25))
                        .width(8),
                Panel.of(
                                Kind.ALERTS,
                                "Alerts that fire",
                                "short",
                                "Of Grafana and of Prometheus, whose name begins with Lumia. Each names its runbook.")
                        .width(8));
    }

    private static Section traffic() {
        return Section.of(
                "Fleet",
                Panel.series(
                                "Connections",
                                "short",
                                "Open connections, and sessions with those that are kept for whoever is away.")
                        .query("sum(lumia_mqtt_connections{@})", "connections")
                        .query("sum(lumia_mqtt_sessions{@})", "sessions"),
                Panel.series(
                                "Messages",
                                "mps",
                                "MQTT messages that the broker takes in, sends out, and lets go for want of room.")
                        .query(
                                "sum by (direction) (rate(lumia_mqtt_publishes_total{@}[$__rate_interval]))",
                                "{{direction}}")
                        .leadsTo(Dashboard.BROKER),
                Panel.series("Certificates issued", "cps", "By the way in which they were asked for.")
                        .query(
                                "sum by (via) (rate(lumia_certificate_issue_duration_seconds_count{@,result=\"issued\"}[$__rate_interval]))",
                                "{{via}}")
                        .leadsTo(Dashboard.AUTHORITY),
                Panel.series(
                                "Renewals",
                                "cps",
                                "Succeeded, and failed: those keep their old certificate and try again.")
                        .query("sum(rate(lumia_acme_renewal_success_total{@}[$__rate_interval]))", "succeeded")
                        .query("sum(rate(lumia_acme_renewal_failure_total{@}[$__rate_interval]))", "failed")
                        .leadsTo(Dashboard.RENEWALS));
    }

    private static Section processes() {
        return Section.of(
                "Processes",
                Panel.series("Processor", "percentunit", "Of the whole machine, by each process.")
                        .query("process_cpu_usage{@}", "{{instance}}")
                        .steps(Steps.NONE.then("orange", 0.7).then("red", 0.9))
                        .width(8),
                Panel.series("Java heap", "bytes", "Used, and the most that is allowed.")
                        .query("sum by (instance) (jvm_memory_used_bytes{@,area=\"heap\"})", "{{instance}} used")
                        .query("sum by (instance) (jvm_memory_max_bytes{@,area=\"heap\"} > 0)", "{{instance}} most")
                        .width(8),
                Panel.series("Lag of the event loops", "s", "How late a timer ran, the worst of the last half minute. Healthy: a few milliseconds.")
                        .query("max by (instance) (lumia_event_loop_lag_seconds{@})", "{{instance}}")
                        .steps(Steps.NONE.then("orange", 0.1).then("red", 1))
                        .width(8),
                Panel.series("Worker pools", "percentunit", "Threads at work, of those that a pool may have.")
                        .query(
                                "max by (pool) (lumia_worker_pool_busy{@} / lumia_worker_pool_size{@})",
                                "{{pool}}")
                        .steps(Steps.NONE.then("orange", 0.8).then("red", 1))
                        .width(8),
                Panel.series("Waiting for a worker", "short", "Tasks, by pool: more than a moment's worth means that it is too small.")
                        .query("max by (pool) (lumia_worker_pool_queued{@})", "{{pool}}")
                        .width(8),
                Panel.series("Scrape", "s", "How long it took to answer Prometheus: the price of being watched.")
                        .query("max by (instance) (lumia_scrape_duration_seconds{@})", "{{instance}}")
                        .steps(Steps.NONE.then("orange", 1).then("red", 5))
                        .width(8),
                Panel.of(Kind.TABLE, "Versions", "short", "What runs where, and for how long.")
                        .query("max by (instance, version, java, vertx) (lumia_build_info{@})", "")
                        .width(8));
    }
}
