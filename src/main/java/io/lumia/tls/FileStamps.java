package io.lumia.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What files looked like at a moment; equal when none of them has changed since. */
public record FileStamps(List<Stamp> stamps) {
    /** Of no files. */
    public static final FileStamps NONE = new FileStamps(List.of());

    /** @param key tells one file from another that took its name; null where the system has none */
    record Stamp(FileTime modified, long size, @Nullable Object key) {
        static final Stamp MISSING = new Stamp(FileTime.fromMillis(0), -1, null);
    }

    /** Blocks. */
    public static FileStamps of(List<Path> files) {
        return new FileStamps(files.stream().map(FileStamps::stamp).toList());
    }

    private static Stamp stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException missing) {
            return Stamp.MISSING;
        }
    }
}
