package io.lumia.lifecycle;

import io.lumia.lifecycle.RenewalPolicy.Window;
import java.time.Duration;
import java.time.Instant;

/**
 * How many renewals are expected when, minute by minute from its origin on; what lies before the origin or beyond the horizon does not count. A
 * certificate counts evenly over the window in which it will be renewed, so a certificate is a fraction in every minute. Adding a window and
 * asking for one take time logarithmic in the horizon (Fenwick, "A new data structure for cumulative frequency tables", 1994; two trees give range
 * updates with range sums). Not thread-safe.
 */
public final class RenewalForecast {
    /** How finely it looks. */
    public static final Duration MINUTE = Duration.ofMinutes(1);

    private static final int HORIZON = 400 * 24 * 60;

    private final Instant origin;
    private final double[] slopes = new double[HORIZON + 2];
    private final double[] offsets = new double[HORIZON + 2];

    /** Empty. */
    public RenewalForecast(Instant origin) {
        this.origin = origin;
    }

    /** Expects this many renewals, evenly over the window; negative: takes them back. */
    public void add(Window window, double renewals) {
        int first = minute(window.begin());
        int after = after(window, first);
        int begin = Math.max(0, first);
        int end = Math.min(HORIZON, after);
        if (begin < end) {
            double each = renewals / (after - first);
            put(begin, each, each * begin);
            put(end, -each, -each * end);
        }
    }

    /** Renewals expected in the window. */
    public double expected(Window window) {
        int first = minute(window.begin());
        return before(after(window, first)) - before(first);
    }

    /**
     * The quietest part of a window, when it is cut into equal parts of at least a minute.
     *
     * @param most parts at most
     * @param preferred which of equally quiet parts is taken: the first at or after this share of the window, from 0 to less than 1
     * @return the window itself when it is too short to be cut
     */
    public Window quietest(Window window, int most, double preferred) {
        long whole = Duration.between(window.begin(), window.end()).toMillis();
        int parts = (int) Math.min(most, whole / MINUTE.toMillis());
        if (parts < 2) {
            return window;
        }
        long width = whole / parts;
        int start = (int) (preferred * parts);
        Window best = window;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < parts; i++) {
            var begin = window.begin().plusMillis((start + i) % parts * width);
            var part = new Window(begin, begin.plusMillis(width));
            double expected = expected(part);
            if (expected < least) {
                least = expected;
                best = part;
            }
        }
        return best;
    }

    private int minute(Instant moment) {
        long minutes = Math.floorDiv(Duration.between(origin, moment).toMillis(), MINUTE.toMillis());
        return (int) Math.max(-HORIZON, Math.min(HORIZON, minutes));
    }

    /** The first minute that does not belong to the window; one that begins and ends in the same minute has that minute. */
    private int after(Window window, int first) {
        return Math.max(first + 1, minute(window.end()));
    }

    private void put(int minute, double slope, double offset) {
        for (int i = minute + 1; i < slopes.length; i += i & -i) {
            slopes[i] += slope;
            offsets[i] += offset;
        }
    }

    /** Renewals expected from the origin to this minute, exclusively. */
    private double before(int minute) {
        int upTo = Math.max(0, Math.min(HORIZON, minute));
        double slope = 0;
        double offset = 0;
        for (int i = upTo; i > 0; i -= i & -i) {
            slope += slopes[i];
            offset += offsets[i];
        }
        return slope * upTo - offset;
    }
}
