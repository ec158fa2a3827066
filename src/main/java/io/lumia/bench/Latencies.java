package io.lumia.bench;

import java.util.stream.LongStream;

/** How long each operation took. */
final class Latencies {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] sorted;

    /** @param nanos one for each operation, in any order */
    Latencies(LongStream nanos) {
        sorted = nanos.sorted().toArray();
    }

    int count() {
        return sorted.length;
    }

    /** Milliseconds within which this share of all was done, 0.5 for the median; not a number when nothing was done. */
    double percentile(double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(0, rank - 1)] / NANOS_PER_MILLI;
    }
}
