package io.lumia.bench;

import java.time.Duration;
import java.util.Optional;

/**
 * One round of one case with one subject.
 *
 * @param latencies of the operations that were done
 * @param errors operations that were refused or not answered
 * @param firstError what the first of them said
 * @param elapsed from the first operation's start to the last one's end
 * @param cpu processor time that the subject took meanwhile
 */
record Sample(Latencies latencies, int errors, Optional<String> firstError, Duration elapsed, Duration cpu) {
    int operations() {
        return latencies.count();
    }

    double perSecond() {
        return operations() / (elapsed.toNanos() / 1e9);
    }

    /** Milliseconds; not a number when nothing was done. */
    double cpuPerOperation() {
        return operations() == 0 ? Double.NaN : cpu.toNanos() / 1e6 / operations();
    }
}
