package io.lumia.store;

import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.SearchAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Acts of the audit log, to be searched: DATA/audit-index.db. It holds nothing that the log does not, and is made anew from it; so it has no part in
 * backups, and the database that issuance waits for is not burdened. Blocks; the writer is for one thread at a time.
 */
public final class AuditIndex implements AutoCloseable {
    public static final String NAME = "audit-index.db";
    /** Raised with each change of the schema: an index of another version is thrown away. */
    private static final int VERSION = 1;

    private static final Map<String, String> WRITING =
            Map.of("journal_mode", "WAL", "synchronous", "NORMAL", "busy_timeout", "10000");
    private static final Map<String, String> READING = Map.of("busy_timeout", "10000");

    private static final String SCHEMA = """
            create table acts (
                sequence    integer primary key,
                at          integer not null,
                actor       text not null,
                action      text not null,
                object      text not null,
                outcome     text not null,
                address     text,
                correlation text,
                details     text not null
            );
            create index acts_by_actor on acts (actor);
            create index acts_by_action on acts (action);
            create index acts_by_correlation on acts (correlation) where correlation is not null;
            create table subjects (
                subject  text not null,
                sequence integer not null,
                primary key (subject, sequence)
            ) without rowid;
            create table position (file integer not null, offset integer not null, line integer not null);
            insert into position (file, offset, line) values (-1, 0, 0);
            """;

    private final Path file;
    private final Handle handle;

    private AuditIndex(Path file, Handle handle) {
        this.file = file;
        this.handle = handle;
    }

    /**
     * How far the log was read.
     *
     * @param file number of its first line; -1: none yet
     * @param offset bytes of it, uncompressed
     * @param line lines of it
     */
    public record Position(long file, long offset, long line) {
        public static final Position NONE = new Position(-1, 0, 0);
    }

    /** Opens it, or makes it when there is none that can be used. */
    public static AuditIndex open(Path data) throws IOException {
        var file = data.resolve(NAME);
        try {
            prepare(file);
            return opened(file);
        } catch (JdbiException | IllegalStateException unusable) {
            delete(file);
            prepare(file);
            return opened(file);
        }
    }

    /** SQLite gives its other files the mode of this one. */
    private static void prepare(Path file) throws IOException {
        if (!Files.exists(file)) {
            var unused = Files.createFile(
                    file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
    }

    private static AuditIndex opened(Path file) {
        var handle = connect(file, WRITING);
        try {
            int version = handle.createQuery("pragma user_version")
                    .mapTo(Integer.class)
                    .one();
            if (version == 0) {
                handle.useTransaction(fresh -> {
                    var made = fresh.createScript(SCHEMA).execute();
                    assert made.length > 0;
                    fresh.execute("pragma user_version = " + VERSION);
                });
            } else if (version != VERSION) {
                throw new IllegalStateException("an index of version " + version);
            }
            return new AuditIndex(file, handle);
        } catch (RuntimeException unusable) {
            handle.close();
            throw unusable;
        }
    }

    public Position position() {
        return handle.createQuery("select file, offset, line from position")
                .map((row, context) -> new Position(row.getLong(1), row.getLong(2), row.getLong(3)))
                .one();
    }

    /** Adds acts and notes how far the log was read, in one transaction. */
    public void add(List<AuditEntry> entries, Position to) {
        handle.useTransaction(all -> {
            AuditRows.insert(all, entries);
            var changed = all.createUpdate("update position set file = :file, offset = :offset, line = :line")
                    .bind("file", to.file())
                    .bind("offset", to.offset())
                    .bind("line", to.line())
                    .execute();
            assert changed == 1;
        });
    }

    /** Forgets up to {@code most} acts with numbers up to this one. @return whether there are more */
    public boolean forget(long through, int most) {
        return handle.inTransaction(all -> AuditRows.delete(all, through, most));
    }

    /** Forgets everything, so that it is read anew. */
    public void clear() {
        handle.useTransaction(all -> {
            all.execute("delete from acts");
            all.execute("delete from subjects");
            all.execute("update position set file = -1, offset = 0, line = 0");
        });
    }

    /** One more than asked for, when there are more. On a connection of its own; any thread. */
    public List<AuditEntry> search(SearchAudit asked) {
        try (var reading = connect(file, READING)) {
            reading.execute("pragma query_only = on");
            return AuditRows.search(reading, asked);
        }
    }

    @Override
    public void close() {
        handle.close();
    }

    private static Handle connect(Path file, Map<String, String> pragmas) {
        var jdbi = Jdbi.create(() -> SqliteDatabase.connectTo(file, pragmas));
        jdbi.setStatementBuilderFactory(connection -> new KeptStatements());
        return jdbi.open();
    }

    private static void delete(Path file) throws IOException {
        for (String part : List.of("", "-wal", "-shm")) {
            var unused = Files.deleteIfExists(Path.of(file + part));
        }
    }
}
