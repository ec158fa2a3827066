package io.lumia.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How late event loops are. A timer on each says when it runs; what it comes later than it should, everything else on that loop comes later as
 * well.
 */
final class EventLoops {
    private static final Duration BEAT = Duration.ofMillis(100);
    /** A loop that has not run its timer for longer is blocked, or the process has no CPU. */
    private static final Duration BLOCKED = Duration.ofSeconds(1);
    /** What is shown is the worst of the last one or two of these. */
    private static final Duration WINDOW = Duration.ofSeconds(15);

    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier nanoTime;
    private final List<Pulse> pulses = new ArrayList<>();
    private final List<Future<?>> timers = new ArrayList<>();

    /** @param nanoTime as {@link System#nanoTime} */
    EventLoops(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Watches every loop of the group until {@link #close}. */
    void watch(EventLoopGroup group, MeterRegistry registry) {
        for (EventExecutor loop : group) {
            var pulse = new Pulse();
            pulses.add(pulse);
            timers.add(
                    loop.scheduleWithFixedDelay(pulse::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS));
            Gauge.builder("lumia.event.loop.lag", pulse, Pulse::lag)
                    .description("How late the event loop ran a timer, the worst of the last 15 to 30 s")
                    .baseUnit("seconds")
                    .tag("loop", Integer.toString(pulses.size() - 1))
                    .register(registry);
        }
        Gauge.builder("lumia.event.loops.blocked", this, EventLoops::blocked)
                .description("Event loops that have not run for longer than a second")
                .register(registry);
        FunctionCounter.builder("lumia.event.loop.blocks", this, EventLoops::blocks)
                .description("How often an event loop did not run for longer than a second")
                .register(registry);
    }

    void close() {
        timers.forEach(timer -> timer.cancel(false));
    }

    /** Of one loop; for the test, which has no loops. */
    Pulse pulse() {
        var pulse = new Pulse();
        pulses.add(pulse);
        return pulse;
    }

    double blocked() {
        return (double) pulses.stream().filter(Pulse::isBlocked).count();
    }

    double blocks() {
        return (double) pulses.stream().mapToLong(pulse -> pulse.blocks.get()).sum();
    }

    /** Written on its loop, read by who scrapes. */
    final class Pulse {
        private final AtomicLong blocks = new AtomicLong();
        private volatile long last = nanoTime.getAsLong();
        private volatile long windowBegan = last;
        private volatile long worst;
        private volatile long worstBefore;

        void beat() {
            long now = nanoTime.getAsLong();
            long late = Math.max(0, now - last - BEAT.toNanos());
            if (now - windowBegan > WINDOW.toNanos()) {
                worstBefore = worst;
                worst = 0;
                windowBegan = now;
            }
            if (late > BLOCKED.toNanos()) {
                blocks.incrementAndGet();
            }
            worst = Math.max(worst, late);
            last = now;
        }

        /** In seconds; of a loop that stands still, how long it has. */
        double lag() {
            long standing = nanoTime.getAsLong() - last - BEAT.toNanos();
            return Math.max(standing, Math.max(worst, worstBefore)) / NANOS_PER_SECOND;
        }

        private boolean isBlocked() {
            return nanoTime.getAsLong() - last - BEAT.toNanos() > BLOCKED.toNanos();
        }
    }
}
