package io.lumia.bench;

import io.lumia.bench.Workload.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** A closed loop: each worker begins its next operation when the last one has ended. */
final class Load {
    private static final int MOST_ERRORS_OF_A_WORKER = 20;

    private final Subject subject;
    private final List<Operation> workers;

    Load(Subject subject, List<Operation> workers) {
        this.subject = subject;
        this.workers = workers;
    }

    /** Runs for this long; operations that are under way then are finished and count. @throws BenchFailed when the subject ends */
    Sample run(Duration time) throws BenchFailed, InterruptedException {
        var threads = Executors.newFixedThreadPool(workers.size(), Load::thread);
        try {
            return run(threads, time);
        } finally {
            threads.shutdownNow();
        }
    }

    private Sample run(ExecutorService threads, Duration time) throws BenchFailed, InterruptedException {
        subject.mustLive();
        var cpu = subject.cpu();
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        List<Callable<Tally>> loops = new ArrayList<>();
        workers.forEach(worker -> loops.add(() -> loop(worker, end)));
        var ended = threads.invokeAll(loops);
        var elapsed = Duration.ofNanos(System.nanoTime() - begin);
        subject.mustLive();
        return sum(ended, elapsed, subject.cpu().minus(cpu));
    }

    private static Sample sum(List<Future<Tally>> ended, Duration elapsed, Duration cpu)
            throws BenchFailed, InterruptedException {
        var latencies = LongStream.builder();
        int errors = 0;
        Optional<String> first = Optional.empty();
        for (Future<Tally> each : ended) {
            try {
                var tally = each.get();
                tally.latencies.build().forEach(latencies);
                errors += tally.errors.size();
                first = first.or(() -> tally.errors.stream().findFirst());
            } catch (ExecutionException broken) {
                throw new BenchFailed("the load generator broke: " + broken.getCause());
            }
        }
        return new Sample(new Latencies(latencies.build()), errors, first, elapsed, cpu);
    }

    private static final class Tally {
        private final LongStream.Builder latencies = LongStream.builder();
        private final List<String> errors = new ArrayList<>();
    }

    private static Tally loop(Operation operation, long end) throws InterruptedException {
        var tally = new Tally();
        for (long begun = System.nanoTime();
                begun < end && tally.errors.size() < MOST_ERRORS_OF_A_WORKER;
                begun = System.nanoTime()) {
            try {
                var certificate = operation.run();
                if (!certificate.startsWith("-----BEGIN CERTIFICATE-----")) {
                    throw new Refused("no certificate but: " + certificate);
                }
                tally.latencies.add(System.nanoTime() - begun);
            } catch (Refused refused) {
                tally.errors.add(String.valueOf(refused.getMessage()));
            }
        }
        return tally;
    }

    private static Thread thread(Runnable loop) {
        var thread = new Thread(loop, "lumia-bench-worker");
        thread.setDaemon(true);
        return thread;
    }
}
