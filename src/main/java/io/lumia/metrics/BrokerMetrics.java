package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.counters;
import static io.lumia.metrics.Snapshots.gauge;
import static io.lumia.metrics.Snapshots.gaugePoint;
import static io.lumia.metrics.Snapshots.point;

import io.lumia.bus.FleetBus.BrokerLoad;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the broker counts. */
final class BrokerMetrics {
    /** The usual ones, shown as zero before they happen: a counter that appears late hides its first increment from a rate. */
    private static final List<String> CONNECT_RESULTS = List.of(
            "accepted",
            "no_certificate",
            "bad_certificate",
            "expired",
            "revoked",
            "not_authorized",
            "identifier_rejected",
            "protocol_error",
            "server_busy",
            "server_unavailable",
            "handshake_aborted",
            "tls_error");

    private static final List<String> ENDINGS = List.of(
            "client",
            "taken_over",
            "revoked",
            "expired",
            "keep_alive",
            "connection_lost",
            "protocol_error",
            "packet_too_large",
            "queue_full",
            "store_failed",
            "internal");

    private static final List<String> ACTIONS = List.of("publish", "subscribe");

    private BrokerMetrics() {}

    private static Map<String, Long> fromZero(List<String> usual, Map<String, Long> counted) {
        var all = new TreeMap<String, Long>();
        usual.forEach(value -> all.put(value, 0L));
        all.putAll(counted);
        return all;
    }

    static void add(List<MetricSnapshot> to, BrokerStatistics broker) {
        to.add(gauge("lumia_mqtt_connections", "MQTT connections open now", broker.connections()));
        to.add(gauge("lumia_mqtt_sessions", "MQTT sessions, connected or kept", broker.sessions()));
        to.add(gauge("lumia_mqtt_retained_messages", "Retained messages", broker.retained()));
        to.add(counters(
                "lumia_mqtt_connects", "Attempts to connect", "result", fromZero(CONNECT_RESULTS, broker.connects())));
        to.add(counters(
                "lumia_mqtt_denied",
                "Publishes and subscriptions that the topic rules denied",
                "action",
                fromZero(ACTIONS, broker.denied())));
        to.add(counters(
                "lumia_mqtt_disconnects", "Connections that ended", "reason", fromZero(ENDINGS, broker.disconnects())));
        var publishes = CounterSnapshot.builder().name("lumia_mqtt_publishes").help("MQTT messages in and out");
        broker.publishes().forEach((key, count) -> {
            var parts = key.split("/", 2);
            publishes.dataPoint(point(Labels.of("direction", parts[1], "qos", parts[0]), count));
        });
        to.add(publishes.build());
        to.addAll(BrokerStoreMetrics.of(broker.store()));
        load(to, broker.load());
    }

    private static void load(List<MetricSnapshot> to, BrokerLoad load) {
        to.add(GaugeSnapshot.builder()
                .name("lumia_mqtt_handshakes")
                .help("TLS handshakes with clients that are begun, or wait for their turn")
                .dataPoint(gaugePoint(Labels.of("state", "working"), load.handshakesAtWork()))
                .dataPoint(gaugePoint(Labels.of("state", "waiting"), load.handshakesWaiting()))
                .build());
        to.add(CounterSnapshot.builder()
                .name("lumia_mqtt_handshakes_delayed")
                .help("TLS handshakes that waited longer than 100 ms for their turn")
                .dataPoint(point(Labels.EMPTY, load.handshakesDelayed()))
                .build());
        to.add(gauge("lumia_mqtt_subscriptions", "Subscriptions of all sessions", load.subscriptions()));
        to.add(gauge("lumia_mqtt_queued_bytes", "Messages that sessions keep for their clients", load.queuedBytes()));
        to.add(gauge("lumia_mqtt_retained_bytes", "Retained messages", load.retainedBytes()));
    }
}
