package io.lumia.swarm.report;

import io.lumia.swarm.report.Chart.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How long deliveries took: how many took how long, and which share took no longer. */
final class LatencyCharts {
    private static final double MICROS_PER_MILLI = 1000;
    private static final int BARS_PER_DECADE = 10;
    private static final double[] PERCENTILES = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 99.999, 100};
    /** 99.999 %: where the curve ends. */
    private static final double MOST_NINES = 1e5;

    private final Histogram times;

    LatencyCharts(Histogram times) {
        this.times = times;
    }

    /** Bars whose widths are equal in ratio. */
    String distribution() {
        var bars = bars();
        double most = bars.values().stream().mapToDouble(each -> each).max().orElse(1);
        var x = Scale.decades(ms(times.getMinValue()), ms(times.getMaxValue()));
        var chart = new Chart("Deliveries by the time they took", x, Scale.linear(most), "milliseconds", "messages");
        bars.forEach((bar, count) -> chart.bar(
                Math.pow(10, bar / (double) BARS_PER_DECADE),
                Math.pow(10, (bar + 1) / (double) BARS_PER_DECADE),
                count,
                "b1",
                count + " of about " + Scale.text(Math.pow(10, (bar + 0.5) / BARS_PER_DECADE)) + " ms"));
        return chart.marks().svg();
    }

    private Map<Integer, Long> bars() {
        var bars = new LinkedHashMap<Integer, Long>();
        for (var value : times.recordedValues()) {
            double millis = Math.max(ms(value.getValueIteratedTo()), 1e-3);
            bars.merge(
                    (int) Math.floor(Math.log10(millis) * BARS_PER_DECADE),
                    value.getCountAtValueIteratedTo(),
                    Long::sum);
        }
        return bars;
    }

    /** The higher the share, the more room it gets: each nine takes as much as the one before. */
    String percentiles() {
        var at = new ArrayList<Double>();
        var values = new ArrayList<Double>();
        for (double nines = 1; nines <= MOST_NINES && nines <= times.getTotalCount(); nines *= 1.1) {
            at.add(nines);
            values.add(ms(times.getValueAtPercentile(100 - 100 / nines)));
        }
        var x = new Scale(1, MOST_NINES, true);
        var y = Scale.decades(ms(times.getValueAtPercentile(0)), ms(times.getMaxValue()));
        var chart = new Chart("Time of delivery by percentile", x, y, "percentile", "milliseconds");
        for (double nines = 1; nines <= MOST_NINES; nines *= 10) {
            chart.mark(nines, share(100 - 100 / nines));
        }
        return chart.lines(at, List.of(new Series("delivery", "s1", values))).svg();
    }

    List<List<String>> rows() {
        var rows = new ArrayList<List<String>>();
        for (double percentile : PERCENTILES) {
            rows.add(List.of(
                    share(percentile), Scale.text(ms(times.getValueAtPercentile(percentile))), beyond(percentile)));
        }
        return rows;
    }

    private String beyond(double percentile) {
        return String.format(Locale.ROOT, "%,d", Math.round(times.getTotalCount() * (100 - percentile) / 100));
    }

    private static String share(double percentile) {
        return (percentile == Math.rint(percentile) ? "" + (long) percentile : trimmed(percentile)) + " %";
    }

    private static String trimmed(double percentile) {
        return String.format(Locale.ROOT, "%.3f", percentile).replaceAll("0+$", "");
    }

    private static double ms(long micros) {
        return micros / MICROS_PER_MILLI;
    }
}
