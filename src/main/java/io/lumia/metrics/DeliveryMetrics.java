package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.counters;
import static io.lumia.metrics.Snapshots.gauge;
import static io.lumia.metrics.Snapshots.histogram;
import static io.lumia.metrics.Snapshots.point;

import io.lumia.bus.FleetBus.CommandStatistics;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;

/** What the application counts. */
final class DeliveryMetrics {
    private DeliveryMetrics() {}

    static void add(List<MetricSnapshot> to, DeliveryStatistics delivery) {
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
        commands(to, delivery.commands());
    }

    private static void commands(List<MetricSnapshot> to, CommandStatistics commands) {
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
}
