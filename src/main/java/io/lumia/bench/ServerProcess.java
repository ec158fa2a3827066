package io.lumia.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A server under measurement. What it says goes to a file: nobody has to read a pipe while the clock runs. */
final class ServerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MILLIS = 50;
    private static final int LAST_LINES = 15;

    private final String name;
    private final Process process;
    private final Path said;

    private ServerProcess(String name, Process process, Path said) {
        this.name = name;
        this.process = process;
        this.said = said;
    }

    /** @param said file for both its outputs */
    static ServerProcess start(String name, Path said, List<String> command, Map<String, String> environment)
            throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        // settings of whoever measures are not those of what is measured
        builder.environment().keySet().removeIf(variable -> variable.startsWith("LUMIA_"));
        builder.environment().putAll(environment);
        return new ServerProcess(name, builder.start(), said);
    }

    /** Waits until it is ready. @throws BenchFailed with its last words when it ends before, or does not become so in time */
    void await(Callable<Boolean> ready) throws BenchFailed, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isTrue(ready)) {
            if (process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new BenchFailed(name + " ended while starting:\n" + lastWords());
            }
            if (System.nanoTime() > end) {
                throw new BenchFailed(name + " was not ready within " + PATIENCE.toSeconds() + " s:\n" + lastWords());
            }
        }
    }

    /** Waits until it has done its work. @throws BenchFailed with its last words when it failed or is not done in time */
    void mustSucceed() throws BenchFailed, InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new BenchFailed(name + " failed:\n" + lastWords());
        }
    }

    /** Whether it said this so far. */
    boolean said(String text) throws IOException {
        return Files.readString(said).contains(text);
    }

    /** Processor time that it took so far, user and system; on Linux in steps of 10 ms. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** The part of it with which Java compiled; zero for other programs. */
    Duration compiling() {
        return CompilerThreads.cpu(process.pid());
    }

    long pid() {
        return process.pid();
    }

    /** Ends it with SIGKILL; returns when it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The end of what it said. */
    String lastWords() {
        try {
            var lines = Files.readAllLines(said);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
        } catch (IOException unreadable) {
            return "(its output cannot be read: " + unreadable.getMessage() + ")";
        }
    }

    private static boolean isTrue(Callable<Boolean> ready) throws InterruptedException {
        try {
            return ready.call();
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception notYet) {
            return false;
        }
    }

    /** Ends it; returns when it is gone. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException hurry) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
