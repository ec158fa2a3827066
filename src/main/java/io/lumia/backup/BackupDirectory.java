package io.lumia.backup;

import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where backups lie: {@code lumia-20300131T020000.123Z.backup}, one file each, and what is kept of them. Blocks. */
public final class BackupDirectory {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern NAME = Pattern.compile("(lumia|step-ca)-(\\d{8}T\\d{6}\\.\\d{3}Z)\\.backup");

    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path directory;

    public BackupDirectory(Path directory) {
        this.directory = directory;
    }

    /** A backup by its name. */
    public record Kept(Path file, Manifest.Kind kind, Instant madeAt) {}

    /** For a backup in the making. What a killed process left of an earlier one, plain copies included, goes first. */
    Path scratch(Instant now) throws IOException {
        DurableFiles.directory(directory);
        try (var all = Files.newDirectoryStream(directory, ".{making,verifying}-*")) {
            for (Path left : all) {
                if (Files.getLastModifiedTime(left).toInstant().isBefore(now.minus(ABANDONED))) {
                    Tree.delete(left);
                }
            }
        }
        return Files.createTempDirectory(directory, ".making-");
    }

    Path file(Manifest manifest) {
        return directory.resolve(manifest.kind().label() + "-" + TIME.format(manifest.madeAt()) + ".backup");
    }

    /** Gives the whole file its name, durably. */
    static void publish(Path written, Path file) throws IOException {
        try (var channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        try (var parent = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /** Newest first. */
    public List<Kept> list(Manifest.Kind kind) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.flatMap(file -> kept(file).stream())
                    .filter(kept -> kept.kind() == kind)
                    .sorted(Comparator.comparing(Kept::madeAt).reversed())
                    .toList();
        }
    }

    /** Deletes those that are older, but never the newest, whose age only says that none was made since. @return what was deleted */
    List<Path> prune(Manifest.Kind kind, Duration keep, Instant now) throws IOException {
        var deleted = new ArrayList<Path>();
        var all = list(kind);
        for (Kept kept : all.subList(Math.min(1, all.size()), all.size())) {
            if (kept.madeAt().isBefore(now.minus(keep))) {
                Files.deleteIfExists(kept.file());
                deleted.add(kept.file());
            }
        }
        return deleted;
    }

    private static Optional<Kept> kept(Path file) {
        var name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Kept(file, Manifest.Kind.of(name.group(1)), TIME.parse(name.group(2), Instant::from)));
        } catch (DateTimeException | IOException otherwise) {
            return Optional.empty();
        }
    }
}
