package io.lumia.swarm;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Times in microseconds with three digits, to an hour; recorded from any thread. */
final class Latencies {
    private static final long LONGEST = TimeUnit.HOURS.toMicros(1);
    private static final int DIGITS = 3;

    private final Recorder recorder = new Recorder(LONGEST, DIGITS);
    private final Histogram total = new Histogram(LONGEST, DIGITS);
    private @Nullable Histogram interval;

    /** What took longer than an hour counts as an hour. */
    void record(long nanos) {
        recorder.recordValue(Math.min(LONGEST, Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos))));
    }

    /** What was recorded since the last call; valid until the next one. */
    synchronized Histogram next() {
        var recorded = recorder.getIntervalHistogram(interval);
        interval = recorded;
        total.add(recorded);
        return recorded;
    }

    /** Forgets everything so far. */
    synchronized void clear() {
        recorder.reset();
        total.reset();
    }

    /** Everything until the last call of {@link #next}. */
    synchronized Histogram total() {
        return total.copy();
    }
}
