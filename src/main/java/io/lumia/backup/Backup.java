package io.lumia.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Makes backups and lets the old ones go. Blocks. */
public final class Backup {
    private final BackupDirectory directory;
    private final String password;
    private final Duration keep;
    private final Clock clock;

    /** @param keep older ones are deleted once a newer one is there */
    public Backup(Path directory, String password, Duration keep, Clock clock) {
        this.directory = new BackupDirectory(directory);
        this.password = password;
        this.keep = keep;
        this.clock = clock;
    }

    /**
     * A backup that was made.
     *
     * @param bytes of the backup itself
     * @param deleted those that were too old
     */
    public record Made(Path file, Manifest manifest, long files, long bytes, List<Path> deleted) {}

    /** It has its name only once it is whole and on disk. */
    public Made make(Source source) throws BackupFailed {
        var manifest = new Manifest(
                source.kind(),
                clock.instant(),
                source.directory().toAbsolutePath().normalize().toString(),
                source.notes());
        try {
            var scratch = directory.scratch(clock.instant());
            try {
                return make(source, manifest, scratch);
            } finally {
                Tree.delete(scratch);
            }
        } catch (IOException broken) {
            throw new BackupFailed(
                    "the backup of " + source.directory() + " cannot be written: " + broken
                            + "; look for space and rights in the directory of the backups",
                    broken);
        }
    }

    private Made make(Source source, Manifest manifest, Path scratch) throws IOException, BackupFailed {
        var file = directory.file(manifest);
        var written = scratch.resolve("backup");
        long files;
        try (var archive = new ArchiveOutput(written, password)) {
            archive.add(Manifest.ENTRY, manifest.json());
            source.write(archive, Files.createDirectory(scratch.resolve("copies")));
            archive.finish();
            files = archive.files() - 1;
        }
        BackupDirectory.publish(written, file);
        return new Made(
                file, manifest, files, Files.size(file), directory.prune(manifest.kind(), keep, clock.instant()));
    }
}
