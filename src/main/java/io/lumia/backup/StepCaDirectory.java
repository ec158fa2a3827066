package io.lumia.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The directory of a step-ca ({@code STEPPATH}: config, certs, secrets, templates, db). Its database, badger, belongs to the running process alone
 * and cannot be copied consistently meanwhile: step-ca is stopped for that, or the database left out.
 */
public final class StepCaDirectory implements Source {
    static final String STEP = "step-ca/";
    private static final String CONFIG = "config/ca.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final boolean withDatabase;

    public StepCaDirectory(Path directory, boolean withDatabase) {
        this.directory = directory.toAbsolutePath().normalize();
        this.withDatabase = withDatabase;
    }

    @Override
    public Manifest.Kind kind() {
        return Manifest.Kind.STEP_CA;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public List<String> notes() throws BackupFailed {
        var database = database();
        if (!withDatabase) {
            return List.of("without the database: ACME accounts and orders, and which certificates are revoked");
        }
        if (!database.startsWith(directory)) {
            throw new BackupFailed("step-ca's database " + database + " is not in " + directory
                    + ": back it up by its own means and leave it out here with --without-database");
        }
        var runs = holder(database);
        if (runs > 0) {
            throw new BackupFailed(
                    "step-ca runs (process " + runs + ") and its database cannot be copied meanwhile:"
                            + " stop it for the moment (systemctl stop step-ca), or leave the database out with --without-database");
        }
        return List.of();
    }

    @Override
    public void write(ArchiveOutput archive, Path scratch) throws IOException, BackupFailed {
        var database = database();
        new Tree(directory, STEP, relative -> {
                    var path = directory.resolve(relative);
                    return withDatabase ? !path.equals(database.resolve("LOCK")) : !path.startsWith(database);
                })
                .addTo(archive);
        if (withDatabase && holder(database) > 0) {
            throw new BackupFailed("step-ca was started while its database was copied: stop it and begin again");
        }
    }

    /** @throws BackupFailed when a step-ca runs on what is in the directory */
    public static void demandStopped(Path directory) throws BackupFailed {
        if (Files.exists(directory.resolve(CONFIG))) {
            var runs = holder(new StepCaDirectory(directory, true).database());
            if (runs > 0) {
                throw new BackupFailed("step-ca runs on " + directory + " (process " + runs + "): stop it first");
            }
        }
    }

    private Path database() throws BackupFailed {
        try {
            JsonNode config = JSON.readTree(Files.readAllBytes(directory.resolve(CONFIG)));
            return Path.of(config.path("db")
                            .path("dataSource")
                            .asText(directory.resolve("db").toString()))
                    .toAbsolutePath()
                    .normalize();
        } catch (IOException unusable) {
            throw new BackupFailed(
                    directory + " is no directory of step-ca: " + CONFIG + " cannot be read there; name STEPPATH",
                    unusable);
        }
    }

    /** The process that badger noted in its lock file; 0 when there is none any more. */
    private static long holder(Path database) throws BackupFailed {
        try {
            var lock = database.resolve("LOCK");
            if (!Files.exists(lock)) {
                return 0;
            }
            var text = Files.readString(lock).strip();
            long process = text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
            return ProcessHandle.of(process).filter(ProcessHandle::isAlive).isPresent() ? process : 0;
        } catch (IOException unreadable) {
            throw new BackupFailed(
                    "step-ca's database " + database + " cannot be read: run this as the user of step-ca", unreadable);
        }
    }
}
