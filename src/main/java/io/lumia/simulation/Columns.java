package io.lumia.simulation;

import java.util.Arrays;

/** A course cut into as many columns as a chart has room for. */
final class Columns {
    private Columns() {}

    /** The highest of each column's buckets: a peak must not vanish in an average. */
    static double[] highest(double[] buckets, int most) {
        int columns = Math.min(most, buckets.length);
        var heights = new double[columns];
        for (int column = 0; column < columns; column++) {
            int from = (int) ((long) column * buckets.length / columns);
            int until = (int) ((long) (column + 1) * buckets.length / columns);
            heights[column] = Arrays.stream(buckets, from, until).max().orElse(0);
        }
        return heights;
    }
}
