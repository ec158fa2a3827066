package io.lumia.web.gui;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A bar chart, laid out in its own units; the page draws it as SVG, so that it needs no script.
 *
 * @param title what it shows, for those who do not see it
 * @param unit of the values
 * @param emptyText why there may be nothing
 */
record Chart(String title, String unit, String emptyText, List<Bar> bars, List<Line> lines, List<Tick> ticks) {
    static final int LEFT = 44;
    private static final int WIDTH = 760;
    private static final int HEIGHT = 250;
    private static final int TOP = 10;
    private static final int BOTTOM = 26;
    private static final int LABELS = 6;

    /** @param from where it begins, in words */
    record Value(String from, double value) {}

    record Bar(String from, String label, String x, String y, String width, String height) {}

    record Line(int y, String label) {}

    record Tick(int x, String label, String anchor) {}

    int width() {
        return WIDTH;
    }

    int height() {
        return HEIGHT;
    }

    static Chart of(String title, String unit, String emptyText, List<Value> values) {
        double most = values.stream().mapToDouble(Value::value).max().orElse(0);
        if (most <= 0) {
            return new Chart(title, unit, emptyText, List.of(), List.of(), List.of());
        }
        double top = roundUp(most);
        return new Chart(title, unit, emptyText, bars(values, top), lines(top), ticks(values));
    }

    private static List<Bar> bars(List<Value> values, double top) {
        double slot = (double) (WIDTH - LEFT) / values.size();
        double room = HEIGHT - TOP - BOTTOM;
        var bars = new ArrayList<Bar>();
        for (int i = 0; i < values.size(); i++) {
            double height = values.get(i).value / top * room;
            bars.add(new Bar(
                    values.get(i).from,
                    label(values.get(i).value),
                    decimal(LEFT + i * slot + slot * 0.1),
                    decimal(TOP + room - height),
                    decimal(slot * 0.8),
                    decimal(height)));
        }
        return bars;
    }

    private static List<Line> lines(double top) {
        var lines = new ArrayList<Line>();
        for (int i = 0; i <= 4; i++) {
            int y = TOP + (HEIGHT - TOP - BOTTOM) * (4 - i) / 4;
            lines.add(new Line(y, label(top * i / 4)));
        }
        return lines;
    }

    private static List<Tick> ticks(List<Value> values) {
        var ticks = new ArrayList<Tick>();
        int every = Math.max(1, values.size() / LABELS);
        for (int i = 0; i < values.size(); i += every) {
            int x = LEFT + (WIDTH - LEFT) * i / values.size();
            ticks.add(new Tick(x, values.get(i).from, "start"));
        }
        return ticks;
    }

    /** To a number that divides by four without a remainder worth mentioning. */
    private static double roundUp(double most) {
        double magnitude = Math.pow(10, Math.floor(Math.log10(most)));
        for (double step : new double[] {1, 2, 4, 6, 8, 10}) {
            if (most <= step * magnitude) {
                return step * magnitude;
            }
        }
        return 10 * magnitude;
    }

    private static String label(double value) {
        return value >= 10 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }
}
