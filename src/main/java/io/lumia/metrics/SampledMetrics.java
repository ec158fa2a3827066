package io.lumia.metrics;

import io.lumia.bus.FleetBus.BrokerLoad;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CommandStatistics;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.bus.FleetBus.StoreStatistics;
import io.lumia.bus.FleetBus.SwarmStatistics;
import io.lumia.config.Durations;
import io.lumia.x509.Profile;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the parts count themselves and hand over when somebody scrapes; a part that does not run here contributes nothing. */
final class SampledMetrics implements MultiCollector {
    private static final Map<Duration, String> WITHIN = Map.of(
            Duration.ofHours(1), "1h",
            Duration.ofHours(8), "8h",
            Duration.ofDays(1), "1d",
            Duration.ofDays(7), "7d",
            Duration.ofDays(30), "30d");

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

    private static final List<String> DISCONNECT_REASONS = List.of(
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

    private volatile List<MetricSnapshot> latest = List.of();

    /** Takes what the next scrape shows. */
    void update(
            @Nullable BrokerStatistics broker,
            @Nullable DeliveryStatistics delivery,
            @Nullable CertificateCounts certificates,
            @Nullable OverdueCount overdue,
            @Nullable ProvisioningState provisioning,
            @Nullable RevocationStatistics revocations,
            @Nullable StoreStatistics store,
            @Nullable SwarmStatistics swarm) {
        var snapshots = new ArrayList<MetricSnapshot>();
        if (broker != null) {
            addBroker(snapshots, broker);
        }
        if (delivery != null) {
            addDelivery(snapshots, delivery);
        }
        if (certificates != null) {
            addCertificates(snapshots, certificates);
        }
        if (overdue != null) {
            snapshots.add(gauge(
                    "lumia_renewals_overdue",
                    "Devices that should have renewed by the policy and have not",
                    overdue.devices()));
        }
        if (provisioning != null) {
            snapshots.add(
                    gauge("lumia_provisioning_enabled", "1 while provisioning is on", provisioning.enabled() ? 1 : 0));
            snapshots.add(gauge(
                    "lumia_provisioning_whitelist_entries",
                    "Addresses and ranges on the whitelist",
                    provisioning.whitelist().size()));
        }
        if (revocations != null) {
            addRevocations(snapshots, revocations);
        }
        if (store != null) {
            addStore(snapshots, store);
        }
        if (swarm != null) {
            snapshots.addAll(SwarmMetrics.of(swarm));
        }
        latest = List.copyOf(snapshots);
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(latest);
    }

    private static void addBroker(List<MetricSnapshot> to, BrokerStatistics broker) {
        to.add(gauge("lumia_mqtt_connections", "MQTT connections open now", broker.connections()));
        to.add(gauge("lumia_mqtt_sessions", "MQTT sessions, connected or kept", broker.sessions()));
        to.add(gauge("lumia_mqtt_retained_messages", "Retained messages", broker.retained()));
        var connects = new TreeMap<String, Long>();
        CONNECT_RESULTS.forEach(result -> connects.put(result, 0L));
        connects.putAll(broker.connects());
        to.add(counters("lumia_mqtt_connects", "Attempts to connect", "result", connects));
        to.add(counters(
                "lumia_mqtt_denied",
                "Publishes and subscriptions that the topic rules denied",
                "action",
                broker.denied()));
        var disconnects = new TreeMap<String, Long>();
        DISCONNECT_REASONS.forEach(reason -> disconnects.put(reason, 0L));
        disconnects.putAll(broker.disconnects());
        to.add(counters("lumia_mqtt_disconnects", "Connections that ended", "reason", disconnects));
        var publishes = CounterSnapshot.builder().name("lumia_mqtt_publishes").help("MQTT messages in and out");
        broker.publishes().forEach((key, count) -> {
            var parts = key.split("/", 2);
            publishes.dataPoint(point(Labels.of("direction", parts[1], "qos", parts[0]), count));
        });
        to.add(publishes.build());
        to.addAll(BrokerStoreMetrics.of(broker.store()));
        addLoad(to, broker.load());
    }

    private static void addLoad(List<MetricSnapshot> to, BrokerLoad load) {
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

    private static void addDelivery(List<MetricSnapshot> to, DeliveryStatistics delivery) {
        var seconds = HistogramSnapshot.builder()
                .name("lumia_mqtt_delivery_seconds")
                .help("From the publish at the device to its arrival at the application");
        delivery.byQos()
                .forEach((qos, histogram) ->
                        seconds.dataPoint(histogram(Labels.of("qos", Integer.toString(qos)), histogram)));
        to.add(seconds.build());
        to.add(counters(
                "lumia_mqtt_sequence_gaps",
                "Telemetry that the application missed or received twice, by sequence number",
                "kind",
                Map.of("lost", delivery.lost(), "duplicated", delivery.duplicated())));
        to.add(gauge(
                "lumia_devices_clock_skewed",
                "Devices whose clock is wrong by more than 10 s",
                delivery.clocksWrong()));
        to.add(CounterSnapshot.builder()
                .name("lumia_mqtt_delivery_skewed")
                .help("Telemetry without a delivery time, since the clock of its device is wrong")
                .dataPoint(point(Labels.EMPTY, delivery.skewed()))
                .build());
        addCommands(to, delivery.commands());
    }

    private static void addCommands(List<MetricSnapshot> to, CommandStatistics commands) {
        to.add(CounterSnapshot.builder()
                .name("lumia_commands_sent")
                .help("Commands that the application sent to devices")
                .dataPoint(point(Labels.EMPTY, commands.sent()))
                .build());
        to.add(counters("lumia_command_results", "What became of commands", "result", commands.results()));
        to.add(HistogramSnapshot.builder()
                .name("lumia_command_duration_seconds")
                .help("From a command to the device's answer, at the application")
                .dataPoint(histogram(Labels.EMPTY, commands.times()))
                .build());
    }

    static HistogramDataPointSnapshot histogram(Labels labels, Histogram histogram) {
        var buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < histogram.counts().size(); i++) {
            double bound =
                    i < histogram.upperBounds().size() ? histogram.upperBounds().get(i) : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, histogram.counts().get(i));
        }
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(histogram.sum())
                .labels(labels)
                .build();
    }

    private static void addCertificates(List<MetricSnapshot> to, CertificateCounts counts) {
        var byStatus = GaugeSnapshot.builder().name("lumia_certificates").help("Certificates that the authority keeps");
        for (CertificateStatus status : CertificateStatus.values()) {
            var profiles = counts.byStatusAndProfile().getOrDefault(status, Map.of());
            for (Profile profile : Profile.values()) {
                var labels = Labels.of(
                        "profile", profile.label(), "status", status.name().toLowerCase(Locale.ROOT));
                byStatus.dataPoint(gaugePoint(labels, profiles.getOrDefault(profile, 0L)));
            }
        }
        to.add(byStatus.build());
        var within = GaugeSnapshot.builder()
                .name("lumia_certificates_expiring")
                .help("Active certificates that end within this time, cumulative");
        counts.expiringWithin()
                .forEach((duration, count) -> within.dataPoint(gaugePoint(
                        Labels.of("within", WITHIN.getOrDefault(duration, Durations.text(duration))), count)));
        to.add(within.build());
        var earliest = GaugeSnapshot.builder()
                .name("lumia_certificate_earliest_expiry_timestamp_seconds")
                .help("When the first of the active certificates ends, in seconds since 1970");
        counts.earliestExpiry()
                .forEach((profile, instant) -> earliest.dataPoint(
                        gaugePoint(Labels.of("profile", profile.label()), instant.getEpochSecond())));
        to.add(earliest.build());
    }

    private static void addStore(List<MetricSnapshot> to, StoreStatistics store) {
        var rows = GaugeSnapshot.builder().name("lumia_store_rows").help("Rows that the store keeps");
        store.rows().forEach((kind, count) -> rows.dataPoint(gaugePoint(Labels.of("kind", kind), count)));
        to.add(rows.build());
        to.add(gauge("lumia_store_size_bytes", "Size of the database's file", store.bytes()));
        to.add(gauge("lumia_store_free_bytes", "Room in the database's file that holds nothing", store.freeBytes()));
    }

    private static void addRevocations(List<MetricSnapshot> to, RevocationStatistics revocations) {
        if (revocations.crlNextUpdate() != null) {
            to.add(gauge(
                    "lumia_crl_next_update_timestamp_seconds",
                    "When the CRL that runs out first does so, in seconds since 1970",
                    revocations.crlNextUpdate().getEpochSecond()));
        }
        to.add(gauge("lumia_crl_entries", "Certificates on the CRL of the issuer of leaves", revocations.crlEntries()));
        to.add(gauge("lumia_crl_size_bytes", "Size of that CRL", revocations.crlBytes()));
        to.add(counters("lumia_ocsp_requests", "OCSP requests answered", "result", revocations.ocspRequests()));
    }

    private static GaugeSnapshot gauge(String name, String help, long value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(gaugePoint(Labels.EMPTY, value))
                .build();
    }

    static CounterSnapshot counters(String name, String help, String label, Map<String, Long> values) {
        var counter = CounterSnapshot.builder().name(name).help(help);
        values.forEach((value, count) -> counter.dataPoint(point(Labels.of(label, value), count)));
        return counter.build();
    }

    static CounterDataPointSnapshot point(Labels labels, long count) {
        return CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) count)
                .build();
    }

    static GaugeDataPointSnapshot gaugePoint(Labels labels, long value) {
        return GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }
}
