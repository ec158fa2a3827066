package io.lumia.lifecycle;

import io.lumia.lifecycle.RenewalPolicy.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How many renewals are expected until each of some moments. A certificate counts evenly over what is left of its window, one whose window is
 * over, at once. For chosen moments and certificates that have not been renewed, where {@link RenewalForecast} answers about any window.
 */
public final class RenewalsAhead {
    private final Instant now;
    private final List<Instant> moments;
    private final double[] until;

    /** Expects nothing yet. */
    public RenewalsAhead(Instant now, List<Instant> moments) {
        this.now = now;
        this.moments = List.copyOf(moments);
        this.until = new double[moments.size()];
    }

    /** Expects so many renewals in the window. */
    public void add(Window window, long renewals) {
        var from = window.begin().isBefore(now) ? now : window.begin();
        double width = millis(from, window.end());
        for (int i = 0; i < until.length; i++) {
            double passed = millis(from, moments.get(i));
            if (passed > 0) {
                until[i] += passed >= width ? renewals : renewals * passed / width;
            }
        }
    }

    /** Expected from now to the moment of this index; what is overdue is expected at once. */
    public double until(int index) {
        return until[index];
    }

    private static double millis(Instant from, Instant to) {
        return (double) Duration.between(from, to).toMillis();
    }
}
