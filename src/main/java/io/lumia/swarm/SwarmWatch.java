package io.lumia.swarm;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.SwarmStatistics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** Looks at the swarm every second, and answers who asks how it is. */
public final class SwarmWatch extends VerticleBase {
    private static final long EVERY_MS = 1000;
    private static final double MICROS = TimeUnit.SECONDS.toMicros(1);
    private static final List<Double> BOUNDS =
            List.of(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0);

    private final SwarmTally tally;
    private final int devices;
    private final LongSupplier nanos;
    private final Supplier<Map<String, Long>> faults;
    private final Timeline timeline = new Timeline();
    private final long begun;

    /** @param faults devices that suffer one now, by its kind */
    SwarmWatch(SwarmTally tally, int devices, LongSupplier nanos, Supplier<Map<String, Long>> faults) {
        this.faults = faults;
        this.tally = tally;
        this.devices = devices;
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(EVERY_MS, tick -> look());
        return FleetBus.SWARM_STATISTICS.serve(vertx, asked -> Future.succeededFuture(statistics()));
    }

    /** Takes one sample now; what was recorded until then counts from now on. */
    synchronized void look() {
        var delivered = tally.delivery.next();
        var unused = List.of(tally.roundTrips.next(), tally.enrolment.next());
        boolean none = delivered.getTotalCount() == 0;
        timeline.add(new Sample(
                (nanos.getAsLong() - begun) / (double) TimeUnit.SECONDS.toNanos(1),
                tally.counts(devices),
                none ? 0 : millis(delivered.getValueAtPercentile(50)),
                none ? 0 : millis(delivered.getValueAtPercentile(99)),
                none ? 0 : millis(delivered.getMaxValue())));
    }

    Timeline timeline() {
        return timeline;
    }

    private static double millis(long micros) {
        return micros / 1000.0;
    }

    private SwarmStatistics statistics() {
        var counts = tally.counts(devices);
        return new SwarmStatistics(
                Map.of(
                        "started", (long) counts.started(),
                        "enrolled", (long) counts.enrolled(),
                        "connected", (long) counts.connected()),
                Map.of("renewed", counts.renewals(), "failed", counts.renewalFailures()),
                Map.of("published", counts.published(), "received", counts.received()),
                tally.lost.sum(),
                counts.duplicated(),
                counts.dropped(),
                faults.get(),
                histogram(tally.delivery.total()),
                histogram(tally.enrolment.total()));
    }

    private static FleetBus.Histogram histogram(Histogram recorded) {
        var counts = new ArrayList<>(Collections.nCopies(BOUNDS.size() + 1, 0L));
        int bucket = 0;
        for (var value : recorded.recordedValues()) {
            double seconds = value.getValueIteratedTo() / MICROS;
            while (bucket < BOUNDS.size() && seconds > BOUNDS.get(bucket)) {
                bucket++;
            }
            counts.set(bucket, counts.get(bucket) + value.getCountAtValueIteratedTo());
        }
        double sum = recorded.getTotalCount() == 0 ? 0 : recorded.getMean() * recorded.getTotalCount() / MICROS;
        return new FleetBus.Histogram(BOUNDS, List.copyOf(counts), sum);
    }
}
