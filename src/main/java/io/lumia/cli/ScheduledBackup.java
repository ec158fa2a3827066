package io.lumia.cli;

import io.lumia.backup.Backup.Made;
import io.lumia.backup.BackupDirectory;
import io.lumia.backup.BackupFailed;
import io.lumia.backup.BackupVerticle;
import io.lumia.backup.Manifest;
import io.lumia.config.CannotStart;
import io.lumia.config.LumiaConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backups that a running process makes of its own data directory. */
final class ScheduledBackup implements BackupVerticle.Job {
    private final BackupOptions options;
    private final Clock clock;

    private ScheduledBackup(BackupOptions options, Clock clock) {
        this.options = options;
        this.clock = clock;
    }

    /** @throws CannotStart when there is no password */
    static BackupVerticle of(LumiaConfig config, Duration every, Clock clock) {
        var options = new BackupOptions(config, System.getenv());
        try {
            // found missing now rather than in the night
            var unused = options.backup(options.directory(), clock);
        } catch (CommandFailed unusable) {
            throw new CannotStart("backup.every is set, but " + unusable.getMessage());
        }
        return new BackupVerticle(new ScheduledBackup(options, clock), every, clock, new SecureRandom());
    }

    @Override
    public @Nullable Instant newest() throws IOException {
        return new BackupDirectory(options.directory())
                .list(Manifest.Kind.LUMIA).stream()
                        .map(BackupDirectory.Kept::madeAt)
                        .findFirst()
                        .orElse(null);
    }

    @Override
    public Made make() throws CommandFailed, BackupFailed {
        return options.backup(options.directory(), clock).make(options.data(List.of()));
    }

    @Override
    public void verify(Path file) throws CommandFailed, BackupFailed {
        var unused = options.restore(file, List.of(), clock).verify();
    }
}
