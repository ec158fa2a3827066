package io.lumia.swarm.report;

import io.lumia.swarm.Sample;
import io.lumia.swarm.SwarmCounts;
import io.lumia.swarm.report.Chart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What happened when. */
final class TimelineCharts {
    private static final int MOST_ROWS = 40;

    private final List<Sample> samples;
    private final List<Double> at;
    private final Scale x;

    TimelineCharts(List<Sample> samples) {
        this.samples = samples;
        this.at = samples.stream().map(Sample::at).toList();
        this.x = Scale.linear(at.isEmpty() ? 1 : at.get(at.size() - 1));
    }

    String connections() {
        var connected = values(sample -> sample.counts().connected());
        var enrolled = values(sample -> sample.counts().enrolled());
        return lines(
                "Devices",
                "devices",
                List.of(new Series("connected", "s1", connected), new Series("enrolled", "s2", enrolled)));
    }

    String messages() {
        return lines(
                "Messages per second",
                "messages/s",
                List.of(
                        new Series("published", "s1", perSecond(SwarmCounts::published)),
                        new Series("received", "s2", perSecond(SwarmCounts::received))));
    }

    String latencies() {
        var p50 = values(sample -> known(sample.p50()));
        var p99 = values(sample -> known(sample.p99()));
        var longest = values(sample -> known(sample.max()));
        var chart = new Chart(
                "Time of delivery",
                x,
                Scale.decades(extreme(p50, true), extreme(longest, false)),
                "seconds",
                "milliseconds");
        return chart.marks()
                .lines(
                        at,
                        List.of(
                                new Series("p50", "s1", p50),
                                new Series("p99", "s2", p99),
                                new Series("max", "s3", longest)))
                .svg();
    }

    String renewals() {
        return bars("Renewals per second", "renewals/s", "b1", perSecond(SwarmCounts::renewals));
    }

    String drops() {
        return bars("Connections dropped per second", "drops/s", "b2", perSecond(SwarmCounts::dropped));
    }

    static List<String> heads() {
        return List.of("second", "connected", "renewals", "dropped", "lost", "published", "p50 ms", "p99 ms", "max ms");
    }

    /** So many that one can read them; times are the worst since the row before. */
    List<List<String>> rows() {
        var rows = new ArrayList<List<String>>();
        int step = Math.max(1, (samples.size() + MOST_ROWS - 1) / MOST_ROWS);
        for (int i = 0; i < samples.size(); i += step) {
            var part = samples.subList(i, Math.min(samples.size(), i + step));
            var last = part.get(part.size() - 1);
            var counts = last.counts();
            rows.add(List.of(
                    Scale.text(Math.rint(last.at())),
                    "" + counts.connected(),
                    "" + counts.renewals(),
                    "" + counts.dropped(),
                    "" + counts.lost(),
                    "" + counts.published(),
                    worst(part, Sample::p50),
                    worst(part, Sample::p99),
                    worst(part, Sample::max)));
        }
        return rows;
    }

    private String lines(String title, String unit, List<Series> all) {
        double most = all.stream()
                .mapToDouble(series -> extreme(series.values(), false))
                .max()
                .orElse(1);
        return new Chart(title, x, Scale.linear(most), "seconds", unit)
                .marks()
                .lines(at, all)
                .svg();
    }

    private String bars(String title, String unit, String style, List<Double> values) {
        var chart = new Chart(title, x, Scale.linear(extreme(values, false)), "seconds", unit).marks();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) > 0) {
                double from = i == 0 ? 0 : at.get(i - 1);
                chart.bar(
                        from,
                        at.get(i),
                        values.get(i),
                        style,
                        Scale.text(values.get(i)) + " at second " + Math.round(at.get(i)));
            }
        }
        return chart.svg();
    }

    private List<Double> values(ToDoubleFunction<Sample> what) {
        return samples.stream().map(what::applyAsDouble).toList();
    }

    private List<Double> perSecond(ToLongFunction<SwarmCounts> what) {
        var rates = new ArrayList<Double>();
        double before = 0;
        long counted = 0;
        for (Sample sample : samples) {
            long now = what.applyAsLong(sample.counts());
            double seconds = sample.at() - before;
            rates.add(seconds <= 0 ? 0.0 : (now - counted) / seconds);
            before = sample.at();
            counted = now;
        }
        return rates;
    }

    private static double known(double millis) {
        return millis == 0 ? Double.NaN : millis;
    }

    private static double extreme(List<Double> values, boolean lowest) {
        var known = values.stream().mapToDouble(each -> each).filter(each -> !Double.isNaN(each));
        return lowest ? known.min().orElse(1) : known.max().orElse(1);
    }

    private static String worst(List<Sample> part, ToDoubleFunction<Sample> what) {
        return Scale.text(part.stream().mapToDouble(what).max().orElse(0));
    }
}
