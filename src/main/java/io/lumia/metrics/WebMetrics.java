package io.lumia.metrics;

import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.WebStatistics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.jspecify.annotations.Nullable;

/** What the listener of admin API and web interface counts, as of the last scrape; nothing where it does not run. */
final class WebMetrics implements MultiCollector {
    private volatile @Nullable WebStatistics latest;

    void update(@Nullable WebStatistics statistics) {
        latest = statistics;
    }

    @Override
    public MetricSnapshots collect() {
        var now = latest;
        return now == null
                ? new MetricSnapshots()
                : new MetricSnapshots(requests(now), logins(now), times(now.times()), sessions(now));
    }

    private static CounterSnapshot requests(WebStatistics now) {
        var counter = CounterSnapshot.builder()
                .name("lumia_web_requests")
                .help("Requests that the admin API and the web interface answered");
        now.requests().forEach((key, count) -> {
            var parts = key.split("/", 2);
            counter.dataPoint(point(Labels.of("route_class", parts[0], "status", parts[1]), count));
        });
        return counter.build();
    }

    private static CounterSnapshot logins(WebStatistics now) {
        var counter = CounterSnapshot.builder().name("lumia_web_logins").help("Attempts to log in with a browser");
        now.logins().forEach((result, count) -> counter.dataPoint(point(Labels.of("result", result), count)));
        return counter.build();
    }

    private static HistogramSnapshot times(Histogram histogram) {
        var buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < histogram.counts().size(); i++) {
            boolean bounded = i < histogram.upperBounds().size();
            buckets.bucket(
                    bounded ? histogram.upperBounds().get(i) : Double.POSITIVE_INFINITY,
                    histogram.counts().get(i));
        }
        return HistogramSnapshot.builder()
                .name("lumia_web_request_duration_seconds")
                .help("From a request's head to the end of its answer; event streams are left out")
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(histogram.sum())
                        .build())
                .build();
    }

    private static GaugeSnapshot sessions(WebStatistics now) {
        return GaugeSnapshot.builder()
                .name("lumia_web_sessions")
                .help("Browsers that are logged in, at most")
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .value((double) now.sessions())
                        .build())
                .build();
    }

    private static CounterDataPointSnapshot point(Labels labels, long count) {
        return CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) count)
                .build();
    }
}
