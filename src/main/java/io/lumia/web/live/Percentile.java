package io.lumia.web.live;

import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import java.util.List;
import java.util.OptionalDouble;

/** How long it took for all but a few, read off a histogram as Prometheus does: evenly within a bucket. */
public final class Percentile {
    private Percentile() {}

    /** Of all deliveries, whatever their QoS; empty when there were none. In seconds. */
    public static OptionalDouble of(DeliveryStatistics told, double share) {
        var histograms = List.copyOf(told.byQos().values());
        if (histograms.isEmpty()) {
            return OptionalDouble.empty();
        }
        var bounds = histograms.get(0).upperBounds();
        var counts = new long[bounds.size() + 1];
        for (Histogram histogram : histograms) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += histogram.counts().get(i);
            }
        }
        return of(bounds, counts, share);
    }

    private static OptionalDouble of(List<Double> bounds, long[] counts, double share) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        if (total == 0) {
            return OptionalDouble.empty();
        }
        double rank = share * total;
        double before = 0;
        for (int i = 0; i < bounds.size(); i++) {
            if (before + counts[i] >= rank && counts[i] > 0) {
                double lower = i == 0 ? 0 : bounds.get(i - 1);
                return OptionalDouble.of(lower + (bounds.get(i) - lower) * (rank - before) / counts[i]);
            }
            before += counts[i];
        }
        return OptionalDouble.of(bounds.get(bounds.size() - 1));
    }
}
