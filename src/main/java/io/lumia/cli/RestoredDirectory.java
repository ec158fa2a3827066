package io.lumia.cli;

import io.lumia.authority.CaCertificates;
import io.lumia.authority.revocation.JournalCopy;
import io.lumia.backup.BackupFailed;
import io.lumia.backup.Manifest;
import io.lumia.backup.Restore.Inspection;
import io.lumia.backup.StepCaFiles;
import io.lumia.broker.durable.StoreCopy;
import io.lumia.config.CannotStart;
import io.lumia.config.LumiaConfig;
import io.lumia.store.DatabaseCopy;
import io.lumia.store.DatabaseDump;
import io.lumia.store.StoreUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens a restored directory as a start would, and completes its revocations, before anything runs on it. */
final class RestoredDirectory implements Inspection {
    private final LumiaConfig config;
    private final List<Path> journals;
    private final Clock clock;

    /** @param journals newer copies of the revocation journal */
    RestoredDirectory(LumiaConfig config, List<Path> journals, Clock clock) {
        this.config = config;
        this.journals = List.copyOf(journals);
        this.clock = clock;
    }

    @Override
    public List<String> inspect(Manifest manifest, Path unpacked, @Nullable Path replaced) throws BackupFailed {
        if (manifest.kind() == Manifest.Kind.STEP_CA) {
            return new StepCaFiles(unpacked, Path.of(manifest.source())).inspect();
        }
        var found = new ArrayList<String>();
        try {
            database(unpacked, found);
            authority(unpacked, found);
            revocations(unpacked, replaced, found);
            broker(unpacked, found);
        } catch (CannotStart | StoreUnusable | IOException unusable) {
            throw new BackupFailed("what the backup holds cannot be run on: " + unusable.getMessage(), unusable);
        }
        return found;
    }

    private static void database(Path data, List<String> found) throws StoreUnusable, IOException {
        var dump = data.resolve(DatabaseDump.NAME);
        if (Files.exists(dump)) {
            found.add("database: "
                    + DatabaseDump.inspect(dump, System.getenv())
                            .orElse("dump of PostgreSQL, not looked at: pg_restore was not found on PATH")
                    + "; put it back with pg_restore --clean --if-exists --no-owner --dbname=URL DATA/"
                    + DatabaseDump.NAME);
        }
        if (Files.exists(data.resolve("lumia.db"))) {
            var rows = DatabaseCopy.inspect(data).rows();
            found.add("database: " + rows.get("certificates") + " certificates, " + rows.get("claims")
                    + " claimed names, intact");
        }
    }

    private void authority(Path data, List<String> found) {
        if (Files.exists(data.resolve("ca/root.crt"))) {
            var ca = CaCertificates.check(data, config.authority(), clock);
            found.add("CA: keys open with the password and match, root sha256 " + ca.fingerprint());
        }
    }

    private void revocations(Path data, @Nullable Path replaced, List<String> found) throws IOException {
        var journal = new JournalCopy(data);
        if (!journal.exists()) {
            return;
        }
        int merged = 0;
        var newer = new ArrayList<>(journals);
        if (replaced != null && new JournalCopy(replaced).exists()) {
            newer.add(JournalCopy.file(replaced));
        }
        for (Path each : newer) {
            merged += journal.completeFrom(each);
        }
        var content = journal.read();
        found.add("revocations: " + content.revocations()
                + (newer.isEmpty() ? "" : ", " + merged + " of them from newer journals")
                + (content.damaged().isEmpty() ? "" : "; damaged lines " + content.damaged()));
    }

    private static void broker(Path data, List<String> found) {
        var store = data.resolve("broker");
        if (Files.isDirectory(store)) {
            found.add("broker: " + StoreCopy.rows(store) + " rows of sessions and messages, intact");
        }
    }
}
