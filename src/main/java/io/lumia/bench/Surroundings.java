package io.lumia.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** What a measurement needs around its subjects, all of it temporary: a directory, names, challenges, processes. */
final class Surroundings implements AutoCloseable {
    private final Path directory;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Deque<ServerProcess> processes = new ArrayDeque<>();
    private final ChallengeResponder challenges;
    private final NameServer names;
    private boolean closed;

    Surroundings() throws IOException {
        directory = Files.createTempDirectory("lumia-bench-");
        challenges = new ChallengeResponder(vertx);
        names = new NameServer(vertx);
    }

    Vertx vertx() {
        return vertx;
    }

    ChallengeResponder challenges() {
        return challenges;
    }

    /** Where every name of the measurement is resolved, {@code HOST:PORT}. */
    String resolver() {
        return "127.0.0.1:" + names.port();
    }

    /** A new empty directory, removed with everything else. */
    Path directory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    /** A directory that was made before. */
    Path path(String name) {
        return directory.resolve(name);
    }

    /** Starts a server, which ends when this is closed. */
    synchronized ServerProcess start(String name, List<String> command, Map<String, String> environment)
            throws IOException, BenchFailed {
        if (closed) {
            throw new BenchFailed("stopped");
        }
        var process = ServerProcess.start(name, directory.resolve(name + ".log"), command, environment);
        processes.push(process);
        return process;
    }

    static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /** Ends what was started and removes what was written; a second call does nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        processes.forEach(ServerProcess::close);
        try (var tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
        vertx.close().await();
    }
}
