package io.lumia.backup;

import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Puts a backup back: unpacked beside, inspected, and only then moved into place, with what was there kept aside. Blocks. */
public final class Restore {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String UNPACKED = ".restoring-";
    private static final String RESTORED_CONFIGURATION = "restored-configuration";

    /** Of the data directory: where backups are, and what the restoring process holds. */
    private static final Set<String> STAYING = Set.of(DataDirectory.BACKUPS, "lock");

    private final Path file;
    private final String password;
    private final Inspection inspection;
    private final Clock clock;

    /** Judges what was unpacked, as if it were to be run. Blocks. */
    public interface Inspection {
        /**
         * Looks at an unpacked directory; may complete it.
         *
         * @param replaced what is to be replaced; null: nothing
         * @return what was found, a line each
         * @throws BackupFailed when it could not be run on
         */
        List<String> inspect(Manifest manifest, Path unpacked, @Nullable Path replaced) throws BackupFailed;
    }

    public Restore(Path file, String password, Inspection inspection, Clock clock) {
        this.file = file;
        this.password = password;
        this.inspection = inspection;
        this.clock = clock;
    }

    /**
     * What was restored, or verified.
     *
     * @param found a line for each inspection
     * @param aside where what was there before is; null: nothing was
     */
    public record Outcome(
            Manifest manifest,
            long files,
            long bytes,
            List<String> found,
            @Nullable Path aside,
            Duration took) {}

    /** Restores into a scratch directory beside the backup, inspects that and deletes it. */
    public Outcome verify() throws BackupFailed {
        var begun = clock.instant();
        try {
            var parent = file.toAbsolutePath().getParent();
            if (!Files.isRegularFile(file) || parent == null) {
                throw new BackupFailed("there is no backup " + file);
            }
            var scratch = Files.createTempDirectory(parent, ".verifying-");
            try {
                var unpacked = new ArchiveInput(file, password).into(scratch);
                var found = inspection.inspect(unpacked.manifest(), contents(scratch, unpacked.manifest()), null);
                return outcome(unpacked, found, null, begun);
            } finally {
                Tree.delete(scratch);
            }
        } catch (IOException broken) {
            throw new BackupFailed("the backup " + file + " cannot be unpacked beside it: " + broken, broken);
        }
    }

    /**
     * Restores into the directory.
     *
     * @param force whether it may hold something, which is kept aside in it
     */
    public Outcome into(Path directory, Manifest.Kind kind, boolean force) throws BackupFailed {
        var begun = clock.instant();
        try {
            DurableFiles.directory(directory);
            boolean occupied = isOccupied(directory);
            if (occupied && !force) {
                throw new BackupFailed(directory.toAbsolutePath()
                        + " is not empty: restore into another directory, or let --force keep aside what is there");
            }
            var scratch = Files.createTempDirectory(directory, UNPACKED);
            try {
                return into(directory, kind, occupied, scratch, begun);
            } finally {
                Tree.delete(scratch);
            }
        } catch (IOException broken) {
            throw new BackupFailed(
                    "the backup " + file + " cannot be restored into " + directory.toAbsolutePath() + ": " + broken,
                    broken);
        }
    }

    private Outcome into(Path directory, Manifest.Kind kind, boolean occupied, Path scratch, java.time.Instant begun)
            throws IOException, BackupFailed {
        var unpacked = new ArchiveInput(file, password).into(scratch);
        if (unpacked.manifest().kind() != kind) {
            throw new BackupFailed("the backup " + file + " is of "
                    + unpacked.manifest().kind().label()
                    + ", not of " + kind.label()
                    + (kind == Manifest.Kind.LUMIA ? ": name the directory with --step-ca" : ": name it with --data"));
        }
        var contents = contents(scratch, unpacked.manifest());
        var found = inspection.inspect(unpacked.manifest(), contents, occupied ? directory : null);
        var aside = occupied ? aside(directory) : null;
        replace(directory, contents, aside);
        var configuration = scratch.resolve(DataDirectory.CONFIGURATION);
        if (Files.isDirectory(configuration)) {
            DurableFiles.directory(directory.resolve(RESTORED_CONFIGURATION));
            replace(directory.resolve(RESTORED_CONFIGURATION), configuration, null);
        }
        return outcome(unpacked, found, aside, begun);
    }

    private Outcome outcome(
            ArchiveInput.Unpacked unpacked, List<String> found, @Nullable Path aside, java.time.Instant begun) {
        return new Outcome(
                unpacked.manifest(),
                unpacked.files(),
                unpacked.bytes(),
                List.copyOf(found),
                aside,
                Duration.between(begun, clock.instant()));
    }

    private static Path contents(Path scratch, Manifest manifest) throws IOException {
        var contents =
                scratch.resolve(manifest.kind() == Manifest.Kind.LUMIA ? DataDirectory.DATA : StepCaDirectory.STEP);
        DurableFiles.directory(contents);
        return contents;
    }

    private static boolean isOccupied(Path directory) throws IOException {
        try (var children = Files.list(directory)) {
            return children.anyMatch(Restore::isOld);
        }
    }

    /** A directory of its own within, since the data directory may be a mount point. */
    private Path aside(Path directory) throws IOException {
        var aside = directory.resolve(DataDirectory.REPLACED + TIME.format(clock.instant()));
        if (Files.exists(aside)) {
            throw new FileAlreadyExistsException(aside.toString());
        }
        DurableFiles.directory(aside);
        return aside;
    }

    /** Name by name, so that at no moment all is gone: a start on an empty directory would make a new CA. */
    private static void replace(Path directory, Path contents, @Nullable Path aside) throws IOException {
        var names = new TreeSet<String>();
        names.addAll(names(directory, Restore::isOld));
        names.addAll(names(contents, child -> true));
        for (String name : names) {
            var old = directory.resolve(name);
            if (aside != null && Files.exists(old, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(old, aside.resolve(name));
            }
            if (Files.exists(contents.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                Files.move(contents.resolve(name), old);
            }
        }
    }

    private static List<String> names(Path directory, Predicate<Path> wanted) throws IOException {
        try (var children = Files.list(directory)) {
            return children.filter(wanted)
                    .map(child -> child.getFileName().toString())
                    .toList();
        }
    }

    private static boolean isOld(Path child) {
        var name = child.getFileName().toString();
        return !STAYING.contains(name) && !name.startsWith(UNPACKED) && !name.startsWith(DataDirectory.REPLACED);
    }
}
