package io.lumia.lifecycle;

/**
 * How old certificates are when they are renewed, in milliseconds.
 *
 * @param earliest the age at which the window begins
 * @param latest the age at which it ends
 */
public record RenewalAges(long earliest, long latest) {
    /** Nobody renews at once: before this part of the earliest age the certificate has just been proven by use. */
    private static final int GRACE = 8;

    /**
     * Evenly from the earliest to the latest age.
     *
     * @param position from 0 to less than 1
     */
    public long at(double position) {
        return earliest + Math.round((latest - earliest) * position);
    }

    /**
     * The age of first certificates. A fleet that came at once and renewed evenly over the window would make half as many renewals again as on
     * average until it is mixed. So the first renewal follows what is left of an interval that is under way at any moment (the residual life of
     * Cox, "Renewal Theory", 1962, 5.2), with which the fleet renews evenly from the start. Only the first moments are left out, an eighth of the
     * earliest age; that adds a twelfth to the rate of the others when the window is a third. Without a window: the latest age.
     *
     * @param position from 0 to less than 1
     */
    public long firstAt(double position) {
        if (earliest == latest) {
            return latest;
        }
        double grace = earliest / (double) GRACE;
        double fromGrace = grace / mean() + position * (1 - grace / mean());
        return Math.round(residual(fromGrace));
    }

    /** The age on average, apart from first certificates. */
    public double mean() {
        return (earliest + latest) / 2.0;
    }

    /** The quantile of (1 - F(x)) / mean, F being the even distribution over the window. */
    private double residual(double position) {
        double uptoEarliest = earliest / mean();
        if (position <= uptoEarliest) {
            return position * mean();
        }
        double squares = (double) latest * latest - (double) earliest * earliest;
        return latest - Math.sqrt((1 - position) * squares);
    }
}
