package io.lumia.audit;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.AuditConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/** What happens to files that are written no more: they are compressed, and removed when their time is over. Blocks. */
final class Retention {
    /** Told before files are removed, so that what is missing at the beginning is known to be missing. */
    static final String REMOVED = "audit.retention";

    private final LogFiles files;
    private final AuditConfig config;

    Retention(LogFiles files, AuditConfig config) {
        this.files = files;
        this.config = config;
    }

    /** Those whose newest line is too old, oldest first; told by the first line of the next file, since times of files are anybody's. */
    List<Path> over(Instant now) throws IOException {
        var all = files.all();
        var over = new ArrayList<Path>();
        for (int i = 0; i + 1 < all.size(); i++) {
            var next = LineReader.first(all.get(i + 1)).flatMap(Act::read).map(Audited::at);
            if (next.isEmpty() || next.get().plus(config.keep()).isAfter(now)) {
                break;
            }
            over.add(all.get(i));
        }
        return over;
    }

    /** The last line of these. */
    Head through(List<Path> over) throws IOException {
        var newest = over.get(over.size() - 1);
        var last = FileEnds.lastLine(newest);
        return (last == null ? java.util.Optional.<Line>empty() : Line.read(last))
                .map(Line::head)
                .orElse(new Head(LogFiles.firstSequence(newest), Head.NONE.hash()));
    }

    /** Oldest first: whatever a crash leaves is the end of the log. */
    void remove(List<Path> over) throws IOException {
        for (Path file : over) {
            Files.delete(file);
        }
    }

    /** Compresses what is not; a crash leaves the plain file, or both of the same content. */
    void compress() throws IOException {
        for (Path file : files.rotated()) {
            var compressed = Path.of(file + ".gz");
            if (file.toString().endsWith(".gz") || !config.compress()) {
                continue;
            }
            var beside = file.resolveSibling("." + file.getFileName() + ".tmp");
            Files.deleteIfExists(beside);
            copy(file, beside);
            Files.setLastModifiedTime(beside, Files.getLastModifiedTime(file));
            Files.move(beside, compressed, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.delete(file);
        }
    }

    private static void copy(Path file, Path to) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(to, options, mode)) {
            var out = new GZIPOutputStream(java.nio.channels.Channels.newOutputStream(channel), 1 << 16);
            Files.copy(file, out);
            out.finish();
            if (channel instanceof java.nio.channels.FileChannel onDisk) {
                onDisk.force(true);
            }
        }
    }
}
