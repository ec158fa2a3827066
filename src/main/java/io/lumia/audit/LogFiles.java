package io.lumia.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The files of a log: {@code audit.jsonl}, which is written, and those before it, {@code audit-000000000001.jsonl[.gz]}, named by the number of
 * their first line. Blocks.
 */
final class LogFiles {
    static final String CURRENT = "audit.jsonl";
    private static final Pattern ROTATED = Pattern.compile("audit-([0-9]{12,18})\\.jsonl(\\.gz)?");
    private static final int BUFFER = 1 << 16;

    private final Path directory;

    /** @param directory DATA/logs */
    LogFiles(Path directory) {
        this.directory = directory;
    }

    Path current() {
        return directory.resolve(CURRENT);
    }

    /** What a file is called when it is written no more. */
    Path rotated(long firstSequence) {
        return directory.resolve(String.format(Locale.ROOT, "audit-%012d.jsonl", firstSequence));
    }

    /** Oldest first, without the current one; of a file that is there compressed as well, the plain one. */
    List<Path> rotated() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        var found = new TreeMap<Long, Path>();
        try (var entries = Files.newDirectoryStream(directory, "audit-*")) {
            for (Path file : entries) {
                var name = ROTATED.matcher(file.getFileName().toString());
                if (name.matches()) {
                    found.merge(
                            Long.parseLong(name.group(1)),
                            file,
                            (one, other) -> one.toString().endsWith(".gz") ? other : one);
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** Oldest first, the current one last. */
    List<Path> all() throws IOException {
        var files = new ArrayList<>(rotated());
        if (Files.exists(current())) {
            files.add(current());
        }
        return files;
    }

    /** The number by which a rotated file is called. */
    static long firstSequence(Path rotated) {
        var name = ROTATED.matcher(rotated.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException(rotated + " is no rotated audit log");
        }
        return Long.parseLong(name.group(1));
    }

    /** By name, the current one last; whatever directories they are in. */
    static Comparator<Path> order() {
        return Comparator.comparing((Path file) -> file.getFileName().toString().startsWith(CURRENT))
                .thenComparing(file -> file.getFileName().toString());
    }

    static InputStream open(Path file) throws IOException {
        var plain = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new GZIPInputStream(plain, BUFFER) : plain;
    }
}
