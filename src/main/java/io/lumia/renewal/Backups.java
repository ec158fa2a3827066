package io.lumia.renewal;

import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.SealedText;
import io.lumia.crypto.WrongPassword;
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
import org.jspecify.annotations.Nullable;

/**
 * What a target served before each renewal: a directory for each, named by its time, mode 0700 with files of mode 0600, sealed where there is a
 * password. Blocks; call from a worker.
 *
 * @param directory that holds them
 * @param keep how many of the newest survive
 * @param password that seals them; null: they are plain
 */
record Backups(Path directory, int keep, @Nullable String password) {
    private static final String SEALED = ".cms";

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    /** Writes the copy and reads it back. @return its directory */
    Path write(Snapshot snapshot, Instant now) throws IOException {
        var backup = directory.resolve(NAME.format(now));
        DurableFiles.directory(backup);
        for (var text : snapshot.texts().entrySet()) {
            if (password == null) {
                DurableFiles.writePrivate(backup.resolve(text.getKey()), text.getValue());
            } else {
                DurableFiles.writePrivate(
                        backup.resolve(text.getKey() + SEALED), SealedText.seal(text.getValue(), password));
            }
        }
        if (!read(backup).equals(snapshot)) {
            throw new IOException("the backup " + backup + " does not hold what was written");
        }
        return backup;
    }

    Snapshot read(Path backup) throws IOException {
        var texts = new TreeMap<String, String>();
        for (Path file : sorted(backup)) {
            var name = file.getFileName().toString();
            boolean sealed = name.endsWith(SEALED);
            var text = Files.readString(file);
            texts.put(
                    sealed ? name.substring(0, name.length() - SEALED.length()) : name,
                    sealed ? opened(file, text) : text);
        }
        return new Snapshot(texts);
    }

    private String opened(Path file, String text) throws IOException {
        if (password == null) {
            throw new IOException(file + " is sealed; backup.password-file must hold its password");
        }
        try {
            return SealedText.open(text, password);
        } catch (WrongPassword wrong) {
            throw new IOException(file + " does not open with the password of backup.password-file", wrong);
        }
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
