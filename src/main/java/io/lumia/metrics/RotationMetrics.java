package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.gauge;
import static io.lumia.metrics.Snapshots.gaugePoint;

import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** How a fleet rotation is getting on, the present or the last one. */
final class RotationMetrics {
    private RotationMetrics() {}

    static void add(List<MetricSnapshot> to, FleetRotationStatus rotation) {
        to.add(gauge(
                "lumia_fleet_rotation_running",
                "1 while a fleet rotation has devices renew",
                rotation.state().equals("running") ? 1 : 0));
        to.add(gauge(
                "lumia_fleet_rotation_halted",
                "1 while a fleet rotation stands still by itself, since too many renewals failed",
                rotation.state().equals("halted") ? 1 : 0));
        to.add(gauge(
                "lumia_fleet_rotation_rate",
                "Devices a second that the fleet rotation is to have renew",
                rotation.perSecond()));
        to.add(GaugeSnapshot.builder()
                .name("lumia_fleet_rotation_devices")
                .help("Devices of the present or last fleet rotation")
                .dataPoint(devices("left", rotation.left()))
                .dataPoint(devices("working", rotation.working()))
                .dataPoint(devices("done", rotation.done()))
                .dataPoint(devices("failed", rotation.failed()))
                .dataPoint(devices("absent", rotation.absent()))
                .build());
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot devices(String state, long count) {
        return gaugePoint(Labels.of("state", state), count);
    }
}
