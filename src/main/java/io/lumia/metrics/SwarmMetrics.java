package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.counters;
import static io.lumia.metrics.Snapshots.gaugePoint;
import static io.lumia.metrics.Snapshots.histogram;
import static io.lumia.metrics.Snapshots.point;

import io.lumia.bus.FleetBus.SwarmStatistics;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;

/** What simulated devices measured. */
final class SwarmMetrics {
    private SwarmMetrics() {}

    static List<MetricSnapshot> of(SwarmStatistics swarm) {
        return List.of(
                gauges("lumia_swarm_devices", "Simulated devices of this process", "state", swarm.devices()),
                counters(
                        "lumia_swarm_renewals",
                        "Renewals of simulated devices; a failed one was taken back and is tried again",
                        "result",
                        swarm.renewals()),
                counters(
                        "lumia_swarm_messages",
                        "Telemetry that the broker took from simulated devices, and that came back to them",
                        "direction",
                        swarm.messages()),
                counter("lumia_swarm_lost", "Telemetry that the broker took and did not deliver in time", swarm.lost()),
                counter("lumia_swarm_duplicated", "Telemetry that came back more than once", swarm.duplicated()),
                counter(
                        "lumia_swarm_dropped",
                        "Connections that ended for anything but take-over, revocation, expiry or the device's own wish",
                        swarm.dropped()),
                gauges(
                        "lumia_swarm_faults_active",
                        "Simulated devices that suffer a fault now",
                        "fault",
                        swarm.faults()),
                HistogramSnapshot.builder()
                        .name("lumia_swarm_delivery_seconds")
                        .help("From when a message was due to its arrival, without coordinated omission")
                        .dataPoint(histogram(Labels.EMPTY, swarm.delivery()))
                        .build(),
                HistogramSnapshot.builder()
                        .name("lumia_swarm_enrolment_seconds")
                        .help("From the start of a simulated device to its first connection")
                        .dataPoint(histogram(Labels.EMPTY, swarm.enrolment()))
                        .build());
    }

    private static GaugeSnapshot gauges(String name, String help, String label, Map<String, Long> values) {
        var gauge = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((value, count) -> gauge.dataPoint(gaugePoint(Labels.of(label, value), count)));
        return gauge.build();
    }

    private static CounterSnapshot counter(String name, String help, long count) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(point(Labels.EMPTY, count))
                .build();
    }
}
