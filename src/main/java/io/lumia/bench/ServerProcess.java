package io.lumia.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A server that is measured: a process of its own, whose output goes to a file. */
final class ServerProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_MILLIS = 50;
    private static final int LAST_WORDS = 2000;

    private final String name;
    private final Process process;
    private final Path output;

    private ServerProcess(String name, Process process, Path output) {
        this.name = name;
        this.process = process;
        this.output = output;
    }

    static ServerProcess start(String name, List<String> command, Map<String, String> environment, Path output) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        try {
            return new ServerProcess(name, builder.start(), output);
        } catch (IOException missing) {
            throw new BenchFailed(name + " cannot be started: " + missing.getMessage(), missing);
        }
    }

    /** Runs a program to its end. @throws BenchFailed when it fails */
    static void run(String name, List<String> command, Map<String, String> environment, Path output)
            throws InterruptedException {
        try (var program = start(name, command, environment, output)) {
            if (!program.process.waitFor(START.toMillis(), TimeUnit.MILLISECONDS) || program.process.exitValue() != 0) {
                throw new BenchFailed(name + " failed: " + program.lastWords());
            }
        }
    }

    /** Waits for what the server only has once it serves. @throws BenchFailed when it ends or takes too long */
    <T> T await(Supplier<Optional<T>> sign) throws InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            var there = sign.get();
            if (there.isPresent()) {
                return there.get();
            }
            Thread.sleep(LOOK_AGAIN_MILLIS);
        }
        throw new BenchFailed(name + " did not start: " + lastWords());
    }

    /** What it said so far. */
    String said() {
        try {
            return Files.readString(output);
        } catch (IOException gone) {
            return "";
        }
    }

    /** CPU time in user and kernel mode since it started. @throws BenchFailed where the system does not tell */
    Duration cpu() {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new BenchFailed(name + " is gone, or this system does not tell the CPU time of a "
                        + "process: " + lastWords()));
    }

    /** Ends it, by force when it does not go by itself. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    private String lastWords() {
        var said = said().strip();
        return said.substring(Math.max(0, said.length() - LAST_WORDS));
    }
}
