package io.lumia.audit;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.AuditConfig;
import io.lumia.crypto.DurableFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * DATA/logs/audit.jsonl (0600): one JSON object a line, appended only, each bound to the one before. Blocks; call from one worker at a time.
 */
final class AuditLog implements AutoCloseable, Lines {
    private final LogFiles files;
    private final ChainKey key;
    private final AuditConfig config;
    private final Head headAtStart;
    private FileChannel channel;
    private final AtomicLong end = new AtomicLong();
    private volatile Head head;
    private final AtomicLong rotations = new AtomicLong();
    /** Number and time of the first line of this file; 0: it has none. */
    private long first;

    private Instant firstAt = Instant.MAX;

    private AuditLog(LogFiles files, ChainKey key, AuditConfig config, FileChannel channel, Head head) {
        this.files = files;
        this.key = key;
        this.config = config;
        this.channel = channel;
        this.headAtStart = head;
        this.head = head;
    }

    /** Opens the log and heals what a crash left; what was found is told by the first new line. */
    static AuditLog open(Path data, AuditConfig config, Instant now) throws IOException {
        var key = ChainKey.open(data);
        var files = new LogFiles(data.resolve("logs"));
        DurableFiles.directory(data.resolve("logs"));
        var found = LogEnd.find(files, key, now);
        var log = new AuditLog(files, key, config, channel(files.current()), found.head());
        log.end.set(found.end());
        log.first = found.first();
        log.firstAt = found.firstAt();
        log.channel.truncate(found.end());
        // whatever their age: lines without numbers are put aside with one that has a number
        log.add(found.toTell(), now);
        return log;
    }

    /** What the last line was when the log was opened. */
    Head headAtStart() {
        return headAtStart;
    }

    @Override
    public Head head() {
        return head;
    }

    ChainKey key() {
        return key;
    }

    LogFiles files() {
        return files;
    }

    @Override
    public long size() {
        return end.get();
    }

    /** How often a new file was begun since the start. */
    long rotations() {
        return rotations.get();
    }

    /** Number of the current file's first line; 0: it has none. */
    long first() {
        return first;
    }

    /** Appends and syncs: what a full disk cut short is taken back, so that the next line stands alone. */
    @Override
    public void append(List<Audited> acts, Instant now) throws IOException {
        if (isFull(now)) {
            rotate();
        }
        add(acts, now);
    }

    private void add(List<Audited> acts, Instant now) throws IOException {
        if (acts.isEmpty()) {
            return;
        }
        var bytes = new ByteArrayOutputStream(acts.size() * 512);
        var last = head;
        for (Audited act : acts) {
            var line = Line.after(last, act, key);
            bytes.writeBytes(line.bytes());
            bytes.write('\n');
            last = line.head();
        }
        write(ByteBuffer.wrap(bytes.toByteArray()));
        if (first == 0) {
            first = head.sequence() + 1;
            firstAt = now;
        }
        end.addAndGet(bytes.size());
        head = last;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private boolean isFull(Instant now) {
        return first != 0
                && (end.get() >= config.maxSize()
                        || firstAt.plus(config.maxAge()).isBefore(now));
    }

    /** By a rename, so that every line is in exactly one file whenever the power goes. */
    private void rotate() throws IOException {
        channel.close();
        try {
            Files.move(files.current(), files.rotated(first));
        } finally {
            channel = channel(files.current());
            end.set(channel.size());
        }
        DurableFiles.syncDirectoryOf(files.current());
        first = 0;
        firstAt = Instant.MAX;
        rotations.incrementAndGet();
    }

    private void write(ByteBuffer bytes) throws IOException {
        try {
            channel.position(end.get());
            while (bytes.hasRemaining()) {
                int written = channel.write(bytes);
                assert written >= 0;
            }
            channel.force(false);
        } catch (IOException full) {
            takeBack(full);
            throw full;
        }
    }

    private void takeBack(IOException cause) {
        try {
            channel.truncate(end.get());
        } catch (IOException broken) {
            cause.addSuppressed(broken);
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
