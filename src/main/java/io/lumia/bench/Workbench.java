package io.lumia.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A temporary directory and what runs in it; everything is gone when it is closed, also by Ctrl-C. */
final class Workbench implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Workbench.class);

    private final Path directory;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Thread onSignal = new Thread(this::clear, "lumia-bench-stop");

    private Workbench(Path directory) {
        this.directory = directory;
    }

    static Workbench open() throws IOException {
        var bench = new Workbench(Files.createTempDirectory("lumia-bench-"));
        Runtime.getRuntime().addShutdownHook(bench.onSignal);
        return bench;
    }

    /** A directory of its own. */
    Path directory(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    /** Closes it with the others, last ones first. */
    synchronized <T extends AutoCloseable> T keep(T opened) {
        running.push(opened);
        return opened;
    }

    static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException signalled) {
            return; // the hook does it
        }
        clear();
    }

    private synchronized void clear() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception unclean) {
                log.atWarn().setCause(unclean).log("something of the measurement did not end cleanly");
            }
        }
        try (var tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException left) {
            log.atWarn().addKeyValue("directory", directory).setCause(left).log("files of the measurement are left");
        }
    }
}
