package io.lumia.swarm;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counters of all devices, counted on several event loops and read from any thread. */
final class SwarmTally {
    final AtomicInteger started = new AtomicInteger();
    final AtomicInteger connected = new AtomicInteger();
    final AtomicInteger enrolled = new AtomicInteger();
    final LongAdder renewals = new LongAdder();
    final LongAdder renewalFailures = new LongAdder();
    /** Telemetry that the broker acknowledged; at QoS 0, that was sent. */
    final LongAdder published = new LongAdder();
    /** Telemetry that its own device heard. */
    final LongAdder received = new LongAdder();
    /** Telemetry that was due and not sent: no connection at QoS 0, or a full outbox. */
    final LongAdder unsent = new LongAdder();

    /** Telemetry that was still under way at the end, at a device or at the broker for a device that was away. */
    final LongAdder unfinished = new LongAdder();

    final LongAdder lost = new LongAdder();
    /** Counted as lost, and heard after all. */
    final LongAdder late = new LongAdder();

    final LongAdder duplicated = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder left = new LongAdder();
    final LongAdder answered = new LongAdder();
    final Latencies delivery = new Latencies();
    final Latencies roundTrips = new Latencies();
    final Latencies enrolment = new Latencies();

    SwarmCounts counts(int devices) {
        return new SwarmCounts(
                devices,
                started.get(),
                connected.get(),
                enrolled.get(),
                renewals.sum(),
                renewalFailures.sum(),
                published.sum(),
                received.sum(),
                unsent.sum(),
                unfinished.sum(),
                lost.sum() - late.sum(),
                duplicated.sum(),
                dropped.sum(),
                left.sum(),
                answered.sum());
    }
}
