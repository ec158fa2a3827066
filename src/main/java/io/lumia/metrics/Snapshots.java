package io.lumia.metrics;

import io.lumia.bus.FleetBus.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;

/** Short words for the metrics model. */
final class Snapshots {
    private Snapshots() {}

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

    static GaugeSnapshot gauge(String name, String help, long value) {
        return gauge(name, help, (double) value);
    }

    static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(gaugePoint(Labels.EMPTY, value))
                .build();
    }

    static CounterSnapshot counter(String name, String help, double value) {
        var point = CounterDataPointSnapshot.builder().value(value).build();
        return CounterSnapshot.builder().name(name).help(help).dataPoint(point).build();
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
        return gaugePoint(labels, (double) value);
    }

    static GaugeDataPointSnapshot gaugePoint(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
