package io.lumia.swarm.report;

import java.util.List;
import java.util.Locale;

/** A drawing as SVG, in the colours of the page it stands in. */
final class Chart {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 230;
    private static final int LEFT = 62;
    private static final int RIGHT = 26;
    private static final int TOP = 14;
    private static final int BOTTOM = 38;

    private final StringBuilder svg = new StringBuilder();
    private final Scale x;
    private final Scale y;

    /**
     * A line.
     *
     * @param style one of {@code s1}, {@code s2}, {@code s3}
     */
    record Series(String name, String style, List<Double> values) {}

    /** @param title for who cannot see it */
    Chart(String title, Scale x, Scale y, String xLabel, String yLabel) {
        this.x = x;
        this.y = y;
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                HEIGHT,
                Html.escape(title)));
        for (double tick : y.ticks()) {
            line("grid", x.low(), tick, x.high(), tick);
            text("end", LEFT - 6, across(tick) + 4, Scale.text(tick));
        }
        if (!xLabel.isEmpty()) {
            text("middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 4, xLabel);
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"unit\" transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                Html.escape(yLabel)));
    }

    /** With the scale's own marks below. */
    Chart marks() {
        for (double tick : x.ticks()) {
            mark(tick, Scale.text(tick));
        }
        return this;
    }

    /** A mark below. */
    void mark(double at, String label) {
        text("middle", along(at), HEIGHT - BOTTOM + 16, label);
    }

    /** Where values are not numbers, the line has a gap. */
    Chart lines(List<Double> at, List<Series> all) {
        for (Series series : all) {
            var path = new StringBuilder();
            boolean drawing = false;
            for (int i = 0; i < at.size(); i++) {
                double value = series.values().get(i);
                if (Double.isNaN(value)) {
                    drawing = false;
                    continue;
                }
                path.append(String.format(
                        Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", along(at.get(i)), across(value)));
                drawing = true;
            }
            svg.append("<path class=\"")
                    .append(series.style())
                    .append("\" d=\"")
                    .append(path)
                    .append("\"><title>")
                    .append(Html.escape(series.name()))
                    .append("</title></path>");
        }
        if (all.size() > 1) {
            legend(all);
        }
        return this;
    }

    /**
     * A bar from the axis to the value.
     *
     * @param tells shown when pointed at
     */
    void bar(double from, double to, double value, String style, String tells) {
        double width = Math.max(1, along(to) - along(from) - 0.6);
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>",
                style,
                along(from),
                across(value),
                width,
                across(y.low()) - across(value),
                Html.escape(tells)));
    }

    String svg() {
        line("axis", x.low(), y.low(), x.high(), y.low());
        return svg + "</svg>\n";
    }

    private void legend(List<Series> all) {
        double at = LEFT + 8;
        for (Series series : all) {
            svg.append(
                    String.format(Locale.ROOT, "<path class=\"%s\" d=\"M%.0f %dh22\"/>", series.style(), at, TOP + 2));
            text("start", at + 27, TOP + 6, series.name());
            at += 44 + 7.0 * series.name().length();
        }
    }

    private void line(String style, double fromX, double fromY, double toX, double toY) {
        svg.append(String.format(
                Locale.ROOT,
                "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>",
                style,
                along(fromX),
                across(fromY),
                along(toX),
                across(toY)));
    }

    private void text(String anchor, double atX, double atY, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                anchor,
                atX,
                atY,
                Html.escape(text)));
    }

    private double along(double value) {
        return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
    }

    private double across(double value) {
        return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - BOTTOM - TOP);
    }
}
