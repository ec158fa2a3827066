package io.lumia.swarm;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counters of all devices, read from any thread. */
final class SwarmTally {
    final AtomicInteger connected = new AtomicInteger();
    final AtomicInteger enrolled = new AtomicInteger();
    final AtomicLong renewals = new AtomicLong();
    final AtomicLong published = new AtomicLong();
    final AtomicLong answered = new AtomicLong();

    SwarmCounts counts(int devices) {
        return new SwarmCounts(
                devices, connected.get(), enrolled.get(), renewals.get(), published.get(), answered.get());
    }
}
