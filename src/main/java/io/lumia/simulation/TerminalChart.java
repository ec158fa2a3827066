package io.lumia.simulation;

import io.lumia.config.Durations;
import java.time.Duration;
import java.util.Locale;

/** The rate of renewals over time, drawn with block characters; the mean is marked at the axis. */
public final class TerminalChart {
    private static final String BLOCKS = " ▁▂▃▄▅▆▇█";
    private static final int WIDTH = 72;
    private static final int HEIGHT = 10;

    private final Outcome outcome;

    public TerminalChart(Outcome outcome) {
        this.outcome = outcome;
    }

    /** Lines, each ended; the highest bucket of each column counts. */
    public String text() {
        var heights = Columns.highest(outcome.renewalRates(), WIDTH);
        double top = Math.max(outcome.peakPerSecond(), outcome.meanPerSecond());
        int meanRow = (int) Math.min(HEIGHT - 1, outcome.meanPerSecond() / top * HEIGHT);
        var text = new StringBuilder();
        for (int row = HEIGHT - 1; row >= 0; row--) {
            text.append(label(row, meanRow, top)).append(row == meanRow ? '┤' : '│');
            for (double height : heights) {
                double eighths = (height / top * HEIGHT - row) * 8;
                text.append(BLOCKS.charAt((int) Math.max(0, Math.min(8, Math.round(eighths)))));
            }
            text.append('\n');
        }
        return text.append(axis(heights.length)).toString();
    }

    private String label(int row, int meanRow, double top) {
        if (row == HEIGHT - 1) {
            return String.format(Locale.ROOT, "%9.3g/s ", top);
        }
        return row == meanRow ? "      mean  " : " ".repeat(12);
    }

    private String axis(int width) {
        var end = Durations.text(seconds(outcome.scenario().lasting()));
        return " ".repeat(12) + '└' + "─".repeat(width) + '\n' + " ".repeat(13) + "0"
                + " ".repeat(Math.max(1, width - 1 - end.length())) + end + '\n';
    }

    private static Duration seconds(Duration time) {
        return time.toSeconds() > 0 ? Duration.ofSeconds(time.toSeconds()) : time;
    }
}
