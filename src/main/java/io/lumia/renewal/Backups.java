package io.lumia.renewal;

import io.lumia.crypto.DurableFiles;
import io.lumia.renewal.target.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * What a target served before each renewal: a directory for each, named by its time, mode 0700 with files of mode 0600. Blocks; call from a
 * worker.
 *
 * @param directory that holds them
 * @param keep how many of the newest survive
 */
record Backups(Path directory, int keep) {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    /** Writes the copy and reads it back. @return its directory */
    Path write(Snapshot snapshot, Instant now) throws IOException {
        var backup = directory.resolve(NAME.format(now));
        DurableFiles.directory(backup);
        for (var text : snapshot.texts().entrySet()) {
            DurableFiles.writePrivate(backup.resolve(text.getKey()), text.getValue());
        }
        if (!read(backup).equals(snapshot)) {
            throw new IOException("the backup " + backup + " does not hold what was written");
        }
        return backup;
    }

    Snapshot read(Path backup) throws IOException {
        var texts = new TreeMap<String, String>();
        for (Path file : sorted(backup)) {
            texts.put(file.getFileName().toString(), Files.readString(file));
        }
        return new Snapshot(texts);
    }

    /** Removes all but the newest. @return how many are left */
    int prune() throws IOException {
        var all = new ArrayList<Path>();
        for (Path path : sorted(directory)) {
            if (path.getFileName().toString().matches("\\d{8}T\\d{9}Z")) {
                all.add(path);
            }
        }
        for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
            for (Path file : sorted(old)) {
                Files.delete(file);
            }
            Files.delete(old);
        }
        return Math.min(all.size(), keep);
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.sorted(Comparator.comparing(Path::getFileName)).toList();
        }
    }
}
