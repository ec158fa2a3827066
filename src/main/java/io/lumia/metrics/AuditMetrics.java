package io.lumia.metrics;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuditStatistics;
import io.lumia.bus.FleetBus.ReadAuditStatistics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/** What the audit log tells of itself. */
final class AuditMetrics implements MultiCollector {
    private volatile List<MetricSnapshot> latest = List.of();

    /** Takes what the next scrape shows; completes whether there is an answer or not. */
    Future<?> sample(Vertx vertx) {
        return FleetBus.AUDIT_STATISTICS
                .ask(vertx, new ReadAuditStatistics())
                .onSuccess(audit -> latest = of(audit))
                .otherwiseEmpty();
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(latest);
    }

    private static List<MetricSnapshot> of(AuditStatistics audit) {
        return List.of(
                counter("lumia_audit_acts", "Acts written to the audit log", (double) audit.written()),
                counter("lumia_audit_lost", "Acts that could not be written and were let go", (double) audit.lost()),
                gauge("lumia_audit_waiting", "Acts that are not written yet", (double) audit.waiting()),
                gauge("lumia_audit_failing", "1 while the audit log cannot be written", audit.failing() ? 1 : 0),
                gauge("lumia_audit_sequence", "Number of the audit log's newest line", (double) audit.sequence()),
                gauge("lumia_audit_size_bytes", "File of the audit log that is written", (double) audit.bytes()));
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        var point = GaugeDataPointSnapshot.builder().value(value).build();
        return GaugeSnapshot.builder().name(name).help(help).dataPoint(point).build();
    }

    private static CounterSnapshot counter(String name, String help, double value) {
        var point = CounterDataPointSnapshot.builder().value(value).build();
        return CounterSnapshot.builder().name(name).help(help).dataPoint(point).build();
    }
}
