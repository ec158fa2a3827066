package io.lumia.bench;

import io.lumia.bench.mqtt.Credential;
import io.lumia.bench.mqtt.Link;
import io.lumia.bench.mqtt.LinkListener;
import io.lumia.bench.mqtt.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Connects many clients, a number of them at once: each next begins when one has its CONNACK. */
final class Arrivals {
    private static final long PATIENCE_S = 300;
    private static final int MOST_FAILURES = 50;
    private static final int MOST_TRIES = 20;
    private static final long SHORTEST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 1000;

    private final Network network;
    private final Broker broker;

    /** A session that outlives the connection keeps this long; zero: none. */
    private final int expirySeconds;

    private final AtomicInteger again = new AtomicInteger();
    private final Histogram times = new ConcurrentHistogram(3);
    private final List<Link> links = Collections.synchronizedList(new ArrayList<>());
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

    Arrivals(Network network, Broker broker, int expirySeconds) {
        this.network = network;
        this.broker = broker;
        this.expirySeconds = expirySeconds;
    }

    /**
     * What came of it.
     *
     * @param times from the first packet to CONNACK, in nanoseconds
     * @param again how often a client had to try again
     * @param brokerCpu processor time that the broker took
     * @param compiling part of it with which Java compiled
     * @param ownCpu processor time that the clients took
     */
    record Arrived(
            List<Link> links,
            Histogram times,
            int again,
            Duration elapsed,
            Duration brokerCpu,
            Duration compiling,
            Duration ownCpu) {
        double brokerMillisEach() {
            return brokerCpu.toNanos() / 1e6 / links.size();
        }

        double compilingMillisEach() {
            return compiling.toNanos() / 1e6 / links.size();
        }

        double ownMillisEach() {
            return ownCpu.toNanos() / 1e6 / links.size();
        }

        double perSecond() {
            return links.size() / (elapsed.toNanos() / 1e9);
        }
    }

    /** @throws BenchFailed when one of them does not get in */
    Arrived connect(List<Credential> clients, int atOnce) throws BenchFailed, InterruptedException {
        broker.mustLive();
        var cpu = broker.cpu();
        var compiling = broker.compiling();
        long own = OwnCpu.nanos();
        long begin = System.nanoTime();
        var done = new CountDownLatch(clients.size());
        var next = new AtomicInteger();
        for (int i = 0; i < Math.min(atOnce, clients.size()); i++) {
            begin(clients, next, done);
        }
        if (!done.await(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new BenchFailed(broker.name() + ": " + done.getCount() + " of " + clients.size()
                    + " clients are not connected after " + PATIENCE_S + " s" + firstFailure());
        }
        var elapsed = Duration.ofNanos(System.nanoTime() - begin);
        if (!failures.isEmpty()) {
            throw new BenchFailed(broker.name() + " turned clients away: " + failures.get(0));
        }
        return new Arrived(
                List.copyOf(links),
                times,
                again.get(),
                elapsed,
                broker.cpu().minus(cpu),
                broker.compiling().minus(compiling),
                Duration.ofNanos(OwnCpu.nanos() - own));
    }

    private String firstFailure() {
        return failures.isEmpty() ? "" : ": " + failures.get(0);
    }

    private void begin(List<Credential> clients, AtomicInteger next, CountDownLatch done) {
        int index = next.getAndIncrement();
        if (index >= clients.size() || failures.size() > MOST_FAILURES || network.isClosed()) {
            return;
        }
        long begun = System.nanoTime();
        attempt(clients.get(index), begun, MOST_TRIES, () -> {
            begin(clients, next, done);
            done.countDown();
        });
    }

    /** Tries again after a while, as devices do. */
    private void attempt(Credential client, long begun, int tries, Runnable then) {
        var unused = one(client).whenComplete((link, failed) -> {
            if (failed != null && tries > 1 && !network.isClosed()) {
                again.incrementAndGet();
                CompletableFuture.delayedExecutor(pause(), TimeUnit.MILLISECONDS)
                        .execute(() -> attempt(client, begun, tries - 1, then));
                return;
            }
            if (failed == null) {
                times.recordValue(System.nanoTime() - begun);
                links.add(link);
            } else {
                failures.add(String.valueOf(failed.getMessage()));
            }
            then.run();
        });
    }

    private static long pause() {
        return ThreadLocalRandom.current().nextLong(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
    }

    private CompletableFuture<Link> one(Credential client) {
        return network.connect(
                new Network.Wanted(broker.port(), client, expirySeconds == 0, expirySeconds, LinkListener.DEAF));
    }

    /** Ends all of them; returns when they are gone and the broker has nothing to do any more. */
    static void end(List<Link> links, Broker broker) throws BenchFailed, InterruptedException {
        var gone = CompletableFuture.allOf(links.stream().map(Link::end).toArray(CompletableFuture[]::new));
        try {
            var unused = gone.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException stuck) {
            throw new BenchFailed(broker.name() + " does not let go of connections: " + stuck.getMessage());
        }
        broker.settle();
    }
}
