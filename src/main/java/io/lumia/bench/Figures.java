package io.lumia.bench;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Collects what one measurement found. */
final class Figures {
    private static final double NANOS_PER_MILLI = 1e6;

    private final String which;
    private final List<Figure> all = new ArrayList<>();

    Figures(String which) {
        this.which = which;
    }

    void add(Broker subject, String metric, String unit, double value) {
        all.add(new Figure(which, subject.name(), metric, unit, value));
    }

    /** Percentiles of what was recorded in nanoseconds, in milliseconds. */
    void percentiles(Broker subject, String prefix, Histogram nanos, double... percentiles) {
        for (double percentile : percentiles) {
            var label = Double.toString(percentile).replaceAll("\\.0$", "");
            add(subject, prefix + "p" + label, "ms", millis(nanos, percentile));
        }
    }

    static double millis(Histogram nanos, double percentile) {
        return nanos.getTotalCount() == 0 ? Double.NaN : nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }

    List<Figure> all() {
        return List.copyOf(all);
    }
}
