package io.lumia.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Clients that ask again as soon as they are answered, each on a thread of its own. */
final class Load {
    /** So many failures are no accident. */
    private static final int MOST_ERRORS = 10;

    private Load() {}

    /**
     * Runs the operations side by side until the time is up; what is under way then is finished and counted.
     *
     * @param server whose CPU time is counted
     * @throws BenchFailed when too many fail, or none succeeds
     */
    static Figures run(List<Runnable> clients, Duration time, ServerProcess server) throws InterruptedException {
        var times = new ArrayList<long[]>();
        var errors = new AtomicLong();
        var lastError = new AtomicReference<@Nullable RuntimeException>();
        var done = new CountDownLatch(clients.size());
        var cpu = server.cpu();
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        for (Runnable client : clients) {
            var thread = new Thread(
                    () -> {
                        try {
                            var own = repeat(client, end, errors, lastError);
                            synchronized (times) {
                                times.add(own);
                            }
                        } finally {
                            done.countDown();
                        }
                    },
                    "lumia-bench-client");
            thread.setDaemon(true);
            thread.start();
        }
        done.await();
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuMillis = server.cpu().minus(cpu).toNanos() / 1e6;
        var all = times.stream().flatMapToLong(Arrays::stream).toArray();
        var failure = lastError.get();
        if (failure != null && (errors.get() > MOST_ERRORS || all.length == 0)) {
            throw failure;
        }
        return Figures.of(all, errors.get(), seconds, cpuMillis);
    }

    /** How long each took, in nanoseconds. */
    private static long[] repeat(
            Runnable client, long end, AtomicLong errors, AtomicReference<@Nullable RuntimeException> lastError) {
        var times = LongStream.builder();
        for (long began = System.nanoTime(); began < end; began = System.nanoTime()) {
            try {
                client.run();
                times.add(System.nanoTime() - began);
            } catch (RuntimeException failed) {
                lastError.set(failed);
                if (errors.incrementAndGet() > MOST_ERRORS) {
                    break;
                }
            }
        }
        return times.build().toArray();
    }
}
