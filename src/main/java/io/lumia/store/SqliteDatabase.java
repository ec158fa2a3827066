package io.lumia.store;

import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The SQLite file: opened, checked and brought to the newest schema. Blocks; call from a worker. */
final class SqliteDatabase implements Database {
    /** Up to this size the whole file is checked at the start: 64 MB take about 0.2 s. */
    private static final long CHECKED_IN_FULL = 64L << 20;

    /** Of {@code pragma auto_vacuum}. */
    private static final int INCREMENTAL = 2;

    static final String NAME = "lumia.db";

    private static final int READERS = 2;

    private static final int SQLITE_CORRUPT = 11;
    private static final int SQLITE_NOTADB = 26;

    /** Write-ahead log, and every commit synced: what was answered survives a power cut. */
    private static final Map<String, String> WRITING = Map.of(
            "journal_mode", "WAL",
            "synchronous", "FULL",
            "busy_timeout", "10000",
            "foreign_keys", "true",
            "cache_size", "-65536",
            "transaction_mode", "IMMEDIATE");

    private static final Map<String, String> READING = Map.of("busy_timeout", "10000");

    /** 64 MB: a page that changes again and again is copied to the database once. The default is 4 MB, which is two dozen certificates. */
    private static final int PAGES_BETWEEN_CHECKPOINTS = 16_384;

    private final Path file;
    private final Handle writing;
    private final ConcurrentLinkedDeque<Handle> idle = new ConcurrentLinkedDeque<>();
    /** As the connection is opened; used by the writer's thread alone. */
    private boolean syncing = true;

    private SqliteDatabase(Path file, Handle writing) {
        this.file = file;
        this.writing = writing;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    /** One writes, the others read. */
    @Override
    public int writers() {
        return 1;
    }

    @Override
    public int readers() {
        return READERS;
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        var polled = idle.poll();
        var handle = polled == null ? readingHandle() : polled;
        try {
            return work.apply(handle);
        } finally {
            idle.push(handle);
        }
    }

    /** A handle of its own that refuses to write. */
    private Handle readingHandle() {
        var handle = open(file, READING);
        handle.execute("pragma query_only = on");
        return handle;
    }

    @Override
    public void write(boolean synced, Consumer<Handle> work) {
        try {
            sync(synced);
            writing.begin();
            work.accept(writing);
            writing.commit();
        } catch (RuntimeException notDurable) {
            rollBack(notDurable);
            throw notDurable;
        }
    }

    /** A commit that syncs takes those before it along: the log is one file. */
    private void sync(boolean wanted) {
        if (wanted != syncing) {
            writing.execute(wanted ? "pragma synchronous = full" : "pragma synchronous = normal");
            syncing = wanted;
        }
    }

    private void rollBack(RuntimeException cause) {
        try {
            if (writing.isInTransaction()) {
                writing.rollback();
            }
        } catch (RuntimeException alreadyRolledBack) {
            cause.addSuppressed(alreadyRolledBack);
        }
    }

    @Override
    public <T> T alone(Function<Handle, T> work) {
        return work.apply(writing);
    }

    /** Nobody else writes while a piece of work runs. */
    @Override
    public void hold(Handle handle, String... things) {}

    @Override
    public Size size(Handle handle) {
        long pageSize = number(handle, "page_size");
        return new Size(number(handle, "page_count") * pageSize, number(handle, "freelist_count") * pageSize);
    }

    private static long number(Handle handle, String pragma) {
        return handle.createQuery("pragma " + pragma).mapTo(Long.class).one();
    }

    @Override
    public void close() {
        for (var handle = idle.poll(); handle != null; handle = idle.poll()) {
            handle.close();
        }
        writing.close();
    }

    static SqliteDatabase open(Path data) throws StoreUnusable {
        var file = data.resolve(NAME);
        try {
            prepare(data, file);
            var handle = open(file, WRITING);
            try {
                check(file, handle);
                returnRoom(file, handle);
                migrate(file);
                return new SqliteDatabase(file, handle);
            } catch (StoreUnusable | RuntimeException | IOException unusable) {
                handle.close();
                throw unusable;
            }
        } catch (IOException notWritable) {
            throw new StoreUnusable(
                    "the data directory " + data.toAbsolutePath() + " cannot be written (" + notWritable
                            + "); give this user write access or choose another with --data",
                    notWritable);
        } catch (JdbiException | FlywayException broken) {
            throw explain(file, broken);
        }
    }

    private static void prepare(Path data, Path file) throws IOException, StoreUnusable {
        DurableFiles.directory(data);
        if (!Files.exists(file) && Files.exists(data.resolve("lumia.db-wal"))) {
            throw new StoreUnusable(
                    "the database " + file.toAbsolutePath()
                            + " is missing but its lumia.db-wal is there; restore the database from a backup, or move lumia.db-wal away to start anew");
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException goesOn) {
            if (!Files.isWritable(file) || !Files.isWritable(data)) {
                throw new IOException("no write permission for " + file.getFileName(), goesOn);
            }
        }
    }

    private static void check(Path file, Handle handle) throws IOException, StoreUnusable {
        if (Files.size(file) > CHECKED_IN_FULL) {
            return;
        }
        var found =
                handle.createQuery("pragma quick_check(1)").mapTo(String.class).one();
        if (!found.equals("ok")) {
            throw corrupt(file, new SQLException(found));
        }
    }

    /** Room that rows leave can be given back; a file that was made without this is rewritten once while it is small. */
    private static void returnRoom(Path file, Handle handle) throws IOException {
        boolean returns =
                handle.createQuery("pragma auto_vacuum").mapTo(Integer.class).one() == INCREMENTAL;
        if (!returns && Files.size(file) <= CHECKED_IN_FULL) {
            handle.execute("pragma auto_vacuum = " + INCREMENTAL);
            handle.execute("vacuum");
        }
    }

    private static void migrate(Path file) throws StoreUnusable {
        Migrations.run(
                "db/migration",
                flyway -> flyway.dataSource(url(file), null, null),
                file.toAbsolutePath().toString(),
                "choose another directory with --data");
    }

    private static StoreUnusable explain(Path file, RuntimeException broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && isCorruption(sql)) {
                return corrupt(file, sql);
            }
        }
        return new StoreUnusable(
                "the database " + file.toAbsolutePath() + " cannot be opened: " + broken.getMessage(), broken);
    }

    private static boolean isCorruption(SQLException broken) {
        int primary = broken.getErrorCode() & 0xff;
        return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
    }

    private static StoreUnusable corrupt(Path file, Throwable cause) {
        return new StoreUnusable(
                "the database " + file.toAbsolutePath() + " is damaged or no database (" + cause.getMessage()
                        + "); restore it from a backup, or move it away to start with an empty one",
                cause);
    }

    private static Handle open(Path file, Map<String, String> pragmas) {
        var jdbi = Jdbi.create(() -> connectTo(file, pragmas));
        jdbi.setStatementBuilderFactory(connection -> new KeptStatements());
        return jdbi.open();
    }

    static Connection connectTo(Path file, Map<String, String> pragmas) throws SQLException {
        var properties = new Properties();
        properties.putAll(pragmas);
        var connection = DriverManager.getConnection(url(file), properties);
        try (var statement = connection.createStatement()) {
            statement.execute("pragma wal_autocheckpoint = " + PAGES_BETWEEN_CHECKPOINTS);
        }
        return connection;
    }

    private static String url(Path file) {
        return "jdbc:sqlite:" + file.toAbsolutePath();
    }
}
