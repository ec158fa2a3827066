package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.gauge;
import static io.lumia.metrics.Snapshots.gaugePoint;

import io.lumia.bus.FleetBus.Adoption;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** How far the rotation of the CA's root or intermediate is, and who uses the published roots. */
final class CaRotationMetrics {
    private static final List<String> PHASES = List.of(
            "idle",
            "prepared",
            "spreading",
            "adopted",
            "issuing",
            "draining",
            "withdrawing",
            "returning",
            "done",
            "aborted");

    private CaRotationMetrics() {}

    static void add(List<MetricSnapshot> to, CaRotationStatus rotation) {
        var phases = GaugeSnapshot.builder()
                .name("lumia_ca_rotation_phase")
                .help("1 for the phase in which the rotation of root or intermediate is, else 0");
        for (String phase : PHASES) {
            phases.dataPoint(gaugePoint(Labels.of("phase", phase), phase.equals(rotation.phase()) ? 1 : 0));
        }
        to.add(phases.build());
        var since = rotation.since();
        to.add(gauge(
                "lumia_ca_rotation_phase_since_timestamp_seconds",
                "When the phase of the rotation began; 0: there never was a rotation",
                since == null ? 0 : since.getEpochSecond()));
        to.add(gauge(
                "lumia_ca_rotation_ready",
                "1 while the next step of the rotation can be taken",
                rotation.ready() ? 1 : 0));
        to.add(gauge(
                "lumia_ca_rotation_leaves",
                "Live certificates of the issuer that is left, whose holders have no other yet",
                rotation.leaves()));
        var counts = rotation.adoption().entrySet().stream()
                .filter(kind -> !kind.getKey().equals("authority"))
                .map(java.util.Map.Entry::getValue)
                .toList();
        to.add(GaugeSnapshot.builder()
                .name("lumia_trust_adoption")
                .help(
                        "Devices, brokers, listeners and services that have confirmed the published roots, and that have not")
                .dataPoint(gaugePoint(
                        Labels.of("state", "confirmed"),
                        counts.stream().mapToLong(Adoption::confirmed).sum()))
                .dataPoint(gaugePoint(
                        Labels.of("state", "missing"),
                        counts.stream().mapToLong(Adoption::missing).sum()))
                .build());
    }
}
