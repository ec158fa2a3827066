package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.counter;
import static io.lumia.metrics.Snapshots.gauge;

import io.lumia.bus.FleetBus.BrokerStoreStatistics;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.List;

/** What the broker tells of its store. */
final class BrokerStoreMetrics {
    private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private BrokerStoreMetrics() {}

    static List<MetricSnapshot> of(BrokerStoreStatistics store) {
        return List.of(
                gauge(
                        "lumia_mqtt_store_failing",
                        "1 while the broker's store cannot be written",
                        store.failing() ? 1 : 0),
                gauge("lumia_mqtt_store_size_bytes", "File of the broker's store", (double) store.sizeBytes()),
                gauge("lumia_mqtt_store_messages", "Messages in it, each once for all its receivers", (double)
                        store.messages()),
                gauge("lumia_mqtt_store_copies", "Messages that wait for a session or its word", (double)
                        store.copies()),
                counter("lumia_mqtt_store_commits", "Batches written", (double) store.commits()),
                counter("lumia_mqtt_store_changes", "Rows that they wrote or removed", (double) store.changes()),
                counter(
                        "lumia_mqtt_store_commit_seconds",
                        "Time spent on them",
                        store.commitTime().toNanos() / NANOS_PER_SECOND),
                counter("lumia_mqtt_store_failures", "Batches that could not be written", (double) store.failures()));
    }
}
