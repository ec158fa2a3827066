package io.lumia.cli;

import io.lumia.backup.Backup;
import io.lumia.backup.DataDirectory;
import io.lumia.backup.DataDirectory.LiveCopies;
import io.lumia.backup.Restore;
import io.lumia.broker.durable.StoreCopy;
import io.lumia.config.LumiaConfig;
import io.lumia.store.DatabaseCopy;
import io.lumia.store.DatabaseDump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What making, verifying and restoring a backup take from the configuration. */
final class BackupOptions {
    /** In the directory that systemd names for {@code LoadCredential=}. */
    private static final String CREDENTIAL = "lumia-backup-password";

    private static final int SHORTEST = 12;

    private final LumiaConfig config;
    private final Map<String, String> environment;

    BackupOptions(LumiaConfig config, Map<String, String> environment) {
        this.config = config;
        this.environment = environment;
    }

    Backup backup(Path directory, Clock clock) throws CommandFailed {
        return new Backup(directory, password(), config.backup().keep(), clock);
    }

    Restore restore(Path file, List<Path> journals, Clock clock) throws CommandFailed {
        return new Restore(file, password(), new RestoredDirectory(config, journals, clock), clock);
    }

    Path directory() {
        return config.backup().directory(config.data());
    }

    /** @param files with which the process is configured */
    DataDirectory data(List<Path> files) {
        return new DataDirectory(config.data(), files, config.store().shared() ? new SharedCopies() : new Copies());
    }

    /** From the environment, a file, or a systemd credential; never from an argument. */
    private String password() throws CommandFailed {
        var backup = config.backup();
        var given = backup.password();
        if (given != null && !given.isEmpty()) {
            return longEnough(given, "LUMIA_BACKUP_PASSWORD (backup.password)");
        }
        var credentials = environment.get("CREDENTIALS_DIRECTORY");
        var credential = credentials == null ? null : Path.of(credentials, CREDENTIAL);
        var file = backup.passwordFile() == null && credential != null && Files.exists(credential)
                ? credential
                : backup.passwordFile();
        if (file == null) {
            throw new CommandFailed("backups are encrypted, but there is no password: make a file with"
                    + " openssl rand -base64 32, keep a copy elsewhere, and name it in backup.password-file;"
                    + " or give LUMIA_BACKUP_PASSWORD or the systemd credential " + CREDENTIAL);
        }
        try {
            return longEnough(Files.readString(file).strip(), "backup.password-file " + file);
        } catch (IOException unreadable) {
            throw new CommandFailed("backup.password-file " + file + " cannot be read: let this user read it");
        }
    }

    private static String longEnough(String password, String source) throws CommandFailed {
        if (password.length() < SHORTEST) {
            throw new CommandFailed(source + " is shorter than " + SHORTEST
                    + " characters: whoever gets a backup could guess it; take one from openssl rand -base64 32");
        }
        return password;
    }

    private static class Copies implements LiveCopies {
        @Override
        public Optional<Path> database(Path data, Path directory) throws IOException {
            var copy = directory.resolve("lumia.db");
            return DatabaseCopy.make(data, copy) ? Optional.of(copy) : Optional.empty();
        }

        @Override
        public boolean broker(Path data, Path target) throws IOException {
            return StoreCopy.make(data.resolve("broker"), target);
        }
    }

    /** A database that this process shares with others is dumped by PostgreSQL's own program. */
    private final class SharedCopies extends Copies {
        private final DatabaseDump dump = new DatabaseDump(config.store(), environment);

        @Override
        public Optional<Path> database(Path data, Path directory) throws IOException {
            if (!dump.isPossible()) {
                return Optional.empty();
            }
            var made = directory.resolve(DatabaseDump.NAME);
            dump.make(made);
            return Optional.of(made);
        }

        @Override
        public List<String> notes() {
            var url = config.store().url();
            return List.of(
                    dump.isPossible()
                            ? "the database " + url + " is in it as DATA/" + DatabaseDump.NAME
                                    + "; restore it with pg_restore --clean --if-exists --no-owner --dbname=URL"
                            : "THE DATABASE " + url
                                    + " IS NOT IN IT, since pg_dump was not found on PATH: dump it with pg_dump --format=custom"
                                    + " each time, or install PostgreSQL's client programs here");
        }
    }
}
