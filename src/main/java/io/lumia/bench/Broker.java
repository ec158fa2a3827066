package io.lumia.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A broker under measurement: a process of its own, which can be killed and started again on its port. */
final class Broker {
    static final String LUMIA = "lumia";
    static final String MOSQUITTO = "mosquitto";

    private static final long COLLECTION_S = 20;
    private static final int QUIET_LOOKS = 20;
    private static final long LOOK_EVERY_MILLIS = 100;
    private static final long QUIET_MILLIS = 10;

    private final String name;
    private final int port;
    private final Starter starter;
    private ServerProcess process;

    /** Starts the process; returns when it takes connections. */
    interface Starter {
        ServerProcess start() throws IOException, BenchFailed, InterruptedException;
    }

    Broker(String name, int port, Starter starter) throws IOException, BenchFailed, InterruptedException {
        this.name = name;
        this.port = port;
        this.starter = starter;
        this.process = starter.start();
    }

    String name() {
        return name;
    }

    boolean isOurs() {
        return name.equals(LUMIA);
    }

    int port() {
        return port;
    }

    Duration cpu() {
        return process.cpu();
    }

    /** The part of it with which Java compiled. */
    Duration compiling() {
        return process.compiling();
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as a power cut would. */
    void kill() throws InterruptedException {
        process.kill();
    }

    void start() throws IOException, BenchFailed, InterruptedException {
        process = starter.start();
    }

    /** @throws BenchFailed with its last words when the process has ended */
    void mustLive() throws BenchFailed {
        if (!process.isAlive()) {
            throw new BenchFailed(name + " ended while it was measured:\n" + process.lastWords());
        }
    }

    /** Waits until it has nothing to do any more, two seconds at most. */
    void settle() throws BenchFailed, InterruptedException {
        var before = cpu();
        for (int look = 0; look < QUIET_LOOKS; look++) {
            Thread.sleep(LOOK_EVERY_MILLIS);
            var now = cpu();
            if (now.minus(before).toMillis() <= QUIET_MILLIS) {
                break;
            }
            before = now;
        }
        mustLive();
    }

    /** What it needs, in bytes; of Java after a collection. */
    long memory() throws IOException, InterruptedException {
        return isOurs() ? Memory.ofJava(pid()) : Memory.resident(pid());
    }

    long resident() throws IOException {
        return Memory.resident(pid());
    }

    /** Tells it to read its files again. */
    void hangUp() throws IOException, InterruptedException {
        run(List.of("kill", "-HUP", Long.toString(pid())));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        var tool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!tool.waitFor(COLLECTION_S, TimeUnit.SECONDS)) {
            tool.destroyForcibly();
        }
    }
}
