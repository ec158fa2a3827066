package io.lumia.app;

import io.lumia.bus.FleetBus.Histogram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A histogram of delivery times, from a millisecond to ten seconds. */
final class DeliveryTimes {
    private static final List<Double> BOUNDS =
            List.of(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0);

    private final long[] counts = new long[BOUNDS.size() + 1];
    private double sum;

    /** Clocks that disagree may make a time negative; it counts as nothing. */
    void record(Duration taken) {
        double seconds = Math.max(0, taken.getSeconds() + taken.getNano() / 1e9);
        int bucket = 0;
        while (bucket < BOUNDS.size() && seconds > BOUNDS.get(bucket)) {
            bucket++;
        }
        counts[bucket]++;
        sum += seconds;
    }

    Histogram histogram() {
        var copied = new ArrayList<Long>();
        for (long count : counts) {
            copied.add(count);
        }
        return new Histogram(BOUNDS, List.copyOf(copied), sum);
    }
}
