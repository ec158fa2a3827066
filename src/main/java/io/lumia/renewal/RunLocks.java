package io.lumia.renewal;

import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One run at a time for each instance, whatever process it is in. A lock is a file that the operating system holds for a process, with the
 * process id in it for people; it is free when that process is gone, however it ended. One for a process, since closing a file ends all locks
 * that the process has on it. Blocks; call from a worker.
 */
public final class RunLocks {
    private final Map<Path, Boolean> own = new ConcurrentHashMap<>();

    /** Free again when it is closed. */
    final class Held implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;

        private Held(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                channel.truncate(0);
            } finally {
                own.remove(file);
            }
        }
    }

    /** Empty when somebody else holds it. */
    Optional<Held> hold(Path file) throws IOException {
        if (own.putIfAbsent(file, true) != null) {
            return Optional.empty();
        }
        Optional<Held> held = Optional.empty();
        try {
            held = ofSystem(file);
            return held;
        } finally {
            if (held.isEmpty()) {
                own.remove(file);
            }
        }
    }

    /** Who has it, as the file tells. */
    String holder(Path file) throws IOException {
        if (own.containsKey(file)) {
            return "this process";
        }
        var pid = Files.readString(file).strip();
        return pid.isEmpty() ? "another process" : "process " + pid;
    }

    private Optional<Held> ofSystem(Path file) throws IOException {
        DurableFiles.directory(java.util.Objects.requireNonNull(file.getParent()));
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        channel.truncate(0);
        var pid = ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
        while (pid.hasRemaining()) {
            int written = channel.write(pid);
            assert written >= 0;
        }
        return Optional.of(new Held(file, channel));
    }
}
