package io.lumia.swarm.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From values to a place between 0 and 1.
 *
 * @param logarithmic in decades; values below {@code low} lie at 0
 */
record Scale(double low, double high, boolean logarithmic) {
    private static final int TICKS = 5;

    /** From zero to a round number that is not below the highest value. */
    static Scale linear(double highest) {
        double step = step(Math.max(highest, 1) / TICKS);
        return new Scale(0, step * Math.ceil(Math.max(highest, 1) / step), false);
    }

    /** From a power of ten to 1, 2 or 5 of one, around positive values. */
    static Scale decades(double lowest, double highest) {
        double low = Math.pow(10, Math.floor(Math.log10(Math.max(lowest, 1e-3))));
        return new Scale(low, step(Math.max(highest, low * 10)), true);
    }

    double place(double value) {
        double place = logarithmic
                ? Math.log10(Math.max(value, low) / low) / Math.log10(high / low)
                : (value - low) / (high - low);
        return Math.min(1, Math.max(0, place));
    }

    List<Double> ticks() {
        var ticks = new ArrayList<Double>();
        if (logarithmic) {
            for (double tick = low; tick <= high * 1.001; tick *= 10) {
                ticks.add(tick);
            }
        } else {
            double step = step((high - low) / TICKS);
            for (int i = 0; low + i * step <= high * 1.001; i++) {
                ticks.add(low + i * step);
            }
        }
        return ticks;
    }

    /** 1, 2 or 5 of a power of ten, not below. */
    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 2, 5}) {
            if (power * factor >= least * 0.999) {
                return power * factor;
            }
        }
        return power * 10;
    }

    /** Three digits at most, thousands apart. */
    static String text(double value) {
        if (value >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.1f", value);
    }
}
