package io.lumia.store;

import com.zaxxer.hikari.HikariDataSource;
import io.lumia.config.StoreConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * A PostgreSQL that other nodes write to as well, each statement seeing what was committed before it (READ COMMITTED). Work that another node was
 * in the way of runs again; a connection that breaks is replaced, and what ran on it before its commit runs again as well.
 */
final class PostgresDatabase implements Database {
    /** A restart of the server takes a few seconds. */
    private static final Duration PATIENCE_AT_START = Duration.ofSeconds(60);

    /** About one commit, while the server still works on it. */
    private static final int MOST_QUESTIONS = 20;

    private final PostgresAccess access;
    private final HikariDataSource writing;
    private final HikariDataSource reading;
    private final Jdbi writer;
    private final Jdbi reader;
    private final Attempts attempts;

    private PostgresDatabase(PostgresAccess access, int connections) {
        this.access = access;
        int writers = connections / 2;
        writing = access.writing(writers, Attempts.CONNECTING);
        reading = access.reading(connections - writers, Attempts.CONNECTING);
        writer = Jdbi.create(writing);
        reader = Jdbi.create(reading);
        attempts = new Attempts(access.place());
    }

    static PostgresDatabase open(StoreConfig config) throws StoreUnusable {
        return open(config, PATIENCE_AT_START);
    }

    /** @param patience how long to wait for a server that is not there */
    static PostgresDatabase open(StoreConfig config, Duration patience) throws StoreUnusable {
        var access = PostgresAccess.of(config, System.getenv());
        new PostgresStart(access, patience).run();
        return new PostgresDatabase(access, config.connections());
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public int writers() {
        return writing.getMaximumPoolSize();
    }

    @Override
    public int readers() {
        return reading.getMaximumPoolSize();
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        return attempts.make(() -> reader.withHandle(work::apply));
    }

    @Override
    public <T> T alone(Function<Handle, T> work) {
        return attempts.make(() -> writer.withHandle(work::apply));
    }

    @Override
    public void write(boolean synced, Consumer<Handle> work) {
        var unused = attempts.make(() -> {
            commit(synced, work);
            return true;
        });
    }

    private void commit(boolean synced, Consumer<Handle> work) {
        try (var handle = writer.open()) {
            handle.begin();
            CommitOutcome outcome;
            try {
                outcome = CommitOutcome.watch(handle, synced);
                work.accept(handle);
            } catch (RuntimeException | Error failed) {
                rollBack(handle, failed);
                throw failed;
            }
            finish(handle, outcome);
        }
    }

    private void finish(Handle handle, CommitOutcome outcome) {
        try {
            handle.commit();
        } catch (RuntimeException failed) {
            rollBack(handle, failed);
            if (Lost.of(failed).filter(Lost.CONNECTION::equals).isPresent() && committed(outcome, failed)) {
                return;
            }
            throw failed;
        }
    }

    /** Asked as soon as the database answers again: what was committed is an answer, what was not is done again. */
    private boolean committed(CommitOutcome outcome, RuntimeException broken) {
        for (int i = 0; i < MOST_QUESTIONS; i++) {
            try {
                var known = attempts.make(() -> outcome.isCommitted(reader));
                if (known.isPresent()) {
                    return known.get();
                }
                attempts.rest(broken);
            } catch (RuntimeException silent) {
                broken.addSuppressed(silent);
                break;
            }
        }
        throw StoreUnreachable.inCommit(access.place(), broken);
    }

    private static void rollBack(Handle handle, Throwable cause) {
        try {
            handle.rollback();
        } catch (RuntimeException connectionIsGone) {
            cause.addSuppressed(connectionIsGone);
        }
    }

    /** Advisory locks: they also hold what is not there yet, as a name that nobody claimed. */
    @Override
    public void hold(Handle handle, String... things) {
        var numbers = Arrays.stream(things)
                .map(PostgresDatabase::number)
                .distinct()
                .sorted()
                .toArray();
        handle.execute(
                "select " + String.join(", ", Collections.nCopies(numbers.length, "pg_advisory_xact_lock(?)")),
                numbers);
    }

    private static long number(String thing) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(thing.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }

    @Override
    public Size size(Handle handle) {
        return new Size(
                handle.createQuery("select pg_database_size(current_database())")
                        .mapTo(Long.class)
                        .one(),
                0);
    }

    @Override
    public void close() {
        writing.close();
        reading.close();
    }
}
