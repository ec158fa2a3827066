package io.lumia.audit;

import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.store.AuditIndex;
import io.lumia.store.AuditIndex.Position;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the log into its index, a piece at a time, from where it stopped. Blocks; for the thread that writes the log. */
final class IndexFeed {
    private static final int LINES_AT_ONCE = 2_000;
    /** Lines from before there was a chain have no numbers; theirs are below all others, in their order. */
    private static final long UNCHAINED = -1_000_000_000_000L;

    private final AuditLog log;
    private final AuditIndex index;
    private Position position;
    /** Kept open while a file is read that is written no more: a compressed one cannot be entered in the middle. */
    private @Nullable LineReader open;

    IndexFeed(AuditLog log, AuditIndex index) {
        this.log = log;
        this.index = index;
        this.position = index.position();
    }

    /** Reads on. @return whether more is left */
    boolean step() throws IOException {
        var files = files();
        if (isOfAnotherLog(files)) {
            index.clear();
            move(Position.NONE);
        }
        var file = files.ceilingEntry(Math.max(0, position.file()));
        if (file == null) {
            return false;
        }
        if (file.getKey() != position.file()) {
            move(new Position(file.getKey(), 0, 0));
        }
        boolean current = file.getValue().equals(log.files().current());
        try {
            if (read(file.getValue(), current)) {
                return true;
            }
        } catch (NoSuchFileException compressed) {
            // it has another name by now
            return true;
        }
        var next = files.higherKey(file.getKey());
        if (current || next == null) {
            return false;
        }
        move(new Position(next, 0, 0));
        return true;
    }

    void close() throws IOException {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** The log was taken away, or replaced by an older copy. */
    private boolean isOfAnotherLog(NavigableMap<Long, Path> files) {
        boolean beyond = !files.isEmpty() && position.file() > files.lastKey();
        boolean inCurrent = position.file() == log.first() && log.first() > 0;
        return beyond || (inCurrent && position.offset() > log.size());
    }

    private void move(Position to) throws IOException {
        close();
        position = to;
    }

    private NavigableMap<Long, Path> files() throws IOException {
        var files = new TreeMap<Long, Path>();
        for (Path rotated : log.files().rotated()) {
            files.put(LogFiles.firstSequence(rotated), rotated);
        }
        if (log.first() > 0) {
            files.put(log.first(), log.files().current());
        }
        return files;
    }

    /** @return whether the file may hold more */
    private boolean read(Path file, boolean current) throws IOException {
        var reader = open == null ? at(file) : open;
        open = reader;
        var entries = new ArrayList<AuditEntry>();
        long line = position.line();
        byte[] bytes = reader.next();
        while (bytes != null && entries.size() < LINES_AT_ONCE) {
            line++;
            entry(bytes, line).ifPresent(entries::add);
            bytes = entries.size() < LINES_AT_ONCE ? reader.next() : bytes;
        }
        if (line > position.line()) {
            position = new Position(position.file(), reader.offset(), line);
            index.add(entries, position);
        }
        if (current || bytes == null) {
            close();
        }
        return bytes != null;
    }

    private LineReader at(Path file) throws IOException {
        var in = LogFiles.open(file);
        in.skipNBytes(position.offset());
        return new LineReader(in, position.offset());
    }

    private static Optional<AuditEntry> entry(byte[] bytes, long line) {
        return Act.read(bytes)
                .map(act -> new AuditEntry(Line.read(bytes).map(Line::sequence).orElse(UNCHAINED + line), act));
    }
}
