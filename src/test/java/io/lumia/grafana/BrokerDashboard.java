package io.lumia.grafana;

import java.util.List;

/** Connections and messages. */
final class BrokerDashboard {
    private BrokerDashboard() {}

    static Dashboard dashboard() {
        return new Dashboard(
                Dashboard.BROKER,
                "broker.json",
                "Lumia: broker",
                "Who is connected, who is refused and why, do messages arrive in time, does the store keep up?",
                "lumia_build_info",
                List.of(now(), connections(), messages(), delivery(), store()));
    }

    private static Section now() {
        return Section.of(
                "Now",
                Panel.stat("Connections", "short", "MQTT connections open now.", "sum(lumia_mqtt_connections{@})"),
                Panel.stat(
                        "Sessions", "short", "Connected, or kept for whoever is away.", "sum(lumia_mqtt_sessions{@})"),
                Panel.stat("Subscriptions", "short", "Of all sessions.", "sum(lumia_mqtt_subscriptions{@})"),
                Panel.stat(
                        "Retained messages",
                        "short",
                        "Kept for new subscribers.",
                        "sum(lumia_mqtt_retained_messages{@})"),
                Panel.stat(
                                "Dropped by us",
                                "short",
                                "Connections in the chosen time that the broker ended for another reason than the client's own. Healthy: 0.",
                                "sum(increase(lumia_mqtt_disconnects_total{@,reason!~\"client|taken_over|revoked|not_allowed|expired|connection_lost\"}[$__range]))")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                                "Store failing",
                                "bool_yes_no",
                                "Yes while nothing can be written: then nothing is acknowledged either.",
                                "max(lumia_mqtt_store_failing{@})")
                        .steps(Steps.ZERO_IS_GOOD));
    }

    private static Section connections() {
        return Section.of(
                "Connections",
                Panel.series("Attempts", "cps", "By result: accepted, or why not.")
                        .query("sum by (result) (rate(lumia_mqtt_connects_total{@}[$__rate_interval]))", "{{result}}"),
                Panel.series(
                                "Ends",
                                "cps",
                                "By reason. taken_over belongs to renewals; connection_lost to the network.")
                        .query(
                                "sum by (reason) (rate(lumia_mqtt_disconnects_total{@}[$__rate_interval]))",
                                "{{reason}}"),
                Panel.series("TLS handshakes", "short", "Worked on, and waiting for their turn.")
                        .query("sum by (state) (lumia_mqtt_handshakes{@})", "{{state}}")
                        .steps(Steps.NONE.then("orange", 500).then("red", 5000))
                        .width(8),
                Panel.series("Handshakes that waited", "cps", "Longer than 100 ms, in a storm of connections.")
                        .query("sum(rate(lumia_mqtt_handshakes_delayed_total{@}[$__rate_interval]))", "delayed")
                        .width(8),
                Panel.series("Denied by topic rules", "ops", "Publishes and subscriptions.")
                        .query("sum by (action) (rate(lumia_mqtt_denied_total{@}[$__rate_interval]))", "{{action}}")
                        .steps(Steps.ZERO_IS_GOOD)
                        .width(8));
    }

    private static Section messages() {
        return Section.of(
                "Messages",
                Panel.series("In and out", "mps", "By direction and quality of service.")
                        .query(
                                "sum by (direction, qos) (rate(lumia_mqtt_publishes_total{@,direction!=\"dropped\"}[$__rate_interval]))",
                                "{{direction}} QoS {{qos}}"),
                Panel.series("Let go", "mps", "By full queues of sessions that are away or slow. Healthy: 0.")
                        .query(
                                "sum by (qos) (rate(lumia_mqtt_publishes_total{@,direction=\"dropped\"}[$__rate_interval]))",
                                "QoS {{qos}}")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.series(
                                "Kept in memory",
                                "bytes",
                                "For sessions, sent and not acknowledged included; and retained messages.")
                        .query("sum(lumia_mqtt_queued_bytes{@})", "queued")
                        .query("sum(lumia_mqtt_retained_bytes{@})", "retained"),
                Panel.series(
                                "Gaps",
                                "short",
                                "Telemetry in ten minutes that is missing or came twice, by sequence number. Lost: 0.")
                        .query("sum by (kind) (increase(lumia_mqtt_sequence_gaps_total{@}[10m]))", "{{kind}}")
                        .steps(Steps.ZERO_IS_GOOD));
    }

    private static Section delivery() {
        return Section.of(
                "Delivery",
                Panel.series("Telemetry, device to application", "s", "Required: under a second.")
                        .quantiles("lumia_mqtt_delivery_seconds_bucket{@}", "qos")
                        .steps(Steps.NONE.then("orange", 0.5).then("red", 1)),
                Panel.of(Kind.HEATMAP, "Its distribution", "s", "Messages by the time they took.")
                        .query(
                                "sum by (le) (increase(lumia_mqtt_delivery_seconds_bucket{@}[$__rate_interval]))",
                                "{{le}}"),
                Panel.series("Commands", "ops", "Sent by the application, and what became of them.")
                        .query("sum(rate(lumia_commands_sent_total{@}[$__rate_interval]))", "sent")
                        .query(
                                "sum by (result) (rate(lumia_command_results_total{@}[$__rate_interval]))",
                                "{{result}}"),
                Panel.series("Command to answer", "s", "At the application, the way to the device and back.")
                        .quantiles("lumia_command_duration_seconds_bucket{@}", "")
                        .steps(Steps.NONE.then("orange", 1).then("red", 5)));
    }

    private static Section store() {
        return Section.of(
                "Store",
                Panel.series(
                                "Messages kept",
                                "short",
                                "And copies of them that wait for a session or its acknowledgement.")
                        .query("sum(lumia_mqtt_store_messages{@})", "messages")
                        .query("sum(lumia_mqtt_store_copies{@})", "copies")
                        .width(6),
                Panel.series("Size", "bytes", "File of the broker's store.")
                        .query("sum(lumia_mqtt_store_size_bytes{@})", "file")
                        .width(6),
                Panel.series("Commits", "ops", "Batches written, those that could not be, and rows changed.")
                        .query("sum(rate(lumia_mqtt_store_commits_total{@}[$__rate_interval]))", "commits")
                        .query("sum(rate(lumia_mqtt_store_failures_total{@}[$__rate_interval]))", "failures")
                        .query("sum(rate(lumia_mqtt_store_changes_total{@}[$__rate_interval]))", "rows")
                        .width(6),
                Panel.series("Time of a commit", "s", "Mean; it is part of every delivery with QoS 1.")
                        .query(
                                "sum(rate(lumia_mqtt_store_commit_seconds_total{@}[$__rate_interval]))"
                                        + " / sum(rate(lumia_mqtt_store_commits_total{@}[$__rate_interval]))",
                                "mean")
                        .steps(Steps.NONE.then("orange", 0.05).then("red", 0.5))
                        .width(6));
    }
}
