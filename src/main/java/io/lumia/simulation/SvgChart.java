package io.lumia.simulation;

import io.lumia.config.Durations;
import java.util.Arrays;
import java.util.Locale;

/** The course as a picture of its own: renewals a second, the mean, outages, and who waits. */
public final class SvgChart {
    private static final int WIDTH = 960;
    private static final int LEFT = 70;
    private static final int PANEL = 200;
    private static final int POINTS = 860;

    private final Outcome outcome;

    public SvgChart(Outcome outcome) {
        this.outcome = outcome;
    }

    /** The file's text. */
    public String text() {
        var scenario = outcome.scenario();
        var rates = Columns.highest(outcome.renewalRates(), POINTS);
        var waiting = Columns.highest(
                Arrays.stream(outcome.backlogs()).asDoubleStream().toArray(), POINTS);
        double top = Math.max(outcome.peakPerSecond(), outcome.meanPerSecond()) * 1.05;
        double mostWaiting = Math.max(1, outcome.backlog());
        var title = String.format(
                Locale.ROOT,
                "%,d devices, certificates of %s: peak %.2f × mean",
                scenario.devices(),
                Durations.text(scenario.lifetime()),
                outcome.peakOverMean());
        var svg = new StringBuilder(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 540" font-family="sans-serif" font-size="13" role="img">
                <title>%s</title>
                <rect width="100%%" height="100%%" fill="#fff"/>
                <text x="%d" y="24" font-size="16">%s</text>
                """, WIDTH, title, LEFT, title));
        scenario.outages()
                .forEach(outage -> svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"50\" width=\"%.1f\" height=\"%d\" fill=\"#fbe3e0\"><title>CA down</title></rect>%n",
                        x(outage.from().toMillis()),
                        Math.max(1, x(outage.end().toMillis()) - x(outage.from().toMillis())),
                        PANEL * 2 + 40)));
        panel(svg, 50, "renewals a second", rates, top, "#2a6fb0");
        double mean = 50 + PANEL - outcome.meanPerSecond() / top * PANEL;
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#c33\" stroke-dasharray=\"6 4\"/>"
                        + "<text x=\"%d\" y=\"%.1f\" fill=\"#c33\">mean %.3g/s</text>%n",
                LEFT,
                LEFT + POINTS,
                mean,
                mean,
                LEFT + 6,
                mean - 5,
                outcome.meanPerSecond()));
        panel(svg, 90 + PANEL, "devices that wait", waiting, mostWaiting, "#8a6d1a");
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"515\">0</text><text x=\"%d\" y=\"515\" text-anchor=\"end\">%s</text>%n</svg>%n",
                LEFT,
                LEFT + POINTS,
                Durations.text(scenario.lasting())));
        return svg.toString();
    }

    private double x(long millis) {
        double share =
                Math.min(1, (double) millis / outcome.scenario().lasting().toMillis());
        return LEFT + share * POINTS;
    }

    private static void panel(StringBuilder svg, int y, String name, double[] heights, double top, String colour) {
        int bottom = y + PANEL;
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\">%s, at most %.4g</text>%n<path fill=\"none\" stroke=\"#999\" d=\"M%d %dV%dH%d\"/>%n",
                LEFT,
                y - 6,
                name,
                Arrays.stream(heights).max().orElse(0),
                LEFT,
                y,
                bottom,
                LEFT + POINTS));
        svg.append(
                String.format(Locale.ROOT, "<path fill=\"%s\" fill-opacity=\"0.75\" d=\"M%d %d", colour, LEFT, bottom));
        double step = (double) POINTS / heights.length;
        for (int i = 0; i < heights.length; i++) {
            svg.append(
                    String.format(Locale.ROOT, "V%.1fH%.1f", bottom - heights[i] / top * PANEL, LEFT + (i + 1) * step));
        }
        svg.append("V").append(bottom).append("Z\"/>\n");
    }
}
