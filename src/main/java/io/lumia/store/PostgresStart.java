package io.lumia.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a PostgreSQL that is not there yet, checks it and brings it to the newest schema. Blocks. */
final class PostgresStart {
    private static final Logger log = LoggerFactory.getLogger(PostgresStart.class);

    private static final int OLDEST_SERVER = 130_000;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    /** One node at a time migrates; the lock ends with the connection. */
    private static final String ALONE = "select pg_advisory_lock(hashtextextended('io.lumia.store.migration', 0))";

    private final PostgresAccess access;
    private final Duration patience;

    /** @param patience how long to wait for a server that is not there */
    PostgresStart(PostgresAccess access, Duration patience) {
        this.access = access;
        this.patience = patience;
    }

    void run() throws StoreUnusable {
        try (var connection = connect()) {
            requireVersion(connection);
            try (var locking = connection.createStatement()) {
                locking.execute(ALONE);
            }
            migrate();
        } catch (SQLException broken) {
            throw unusable(broken);
        } catch (FlywayException broken) {
            throw explain(broken);
        }
    }

    private Connection connect() throws StoreUnusable {
        long begun = System.nanoTime();
        var pause = Duration.ofMillis(250);
        while (true) {
            try {
                return access.connect();
            } catch (SQLException failed) {
                var waited = Duration.ofNanos(System.nanoTime() - begun);
                if (Lost.of(failed).isEmpty() || waited.plus(pause).compareTo(patience) > 0) {
                    throw unusable(failed);
                }
                log.atWarn()
                        .addKeyValue("database", access.place())
                        .addKeyValue("reason", failed.getMessage())
                        .addKeyValue("secondsLeft", patience.minus(waited).toSeconds())
                        .log("the database does not answer yet; tried again soon");
                rest(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        }
    }

    private void requireVersion(Connection connection) throws SQLException, StoreUnusable {
        try (var asking = connection.createStatement();
                var told = asking.executeQuery(
                        "select current_setting('server_version_num')::int, current_setting('server_version'),"
                                + " current_setting('server_encoding')")) {
            told.next();
            if (told.getInt(1) < OLDEST_SERVER) {
                throw new StoreUnusable("store.url " + access.place() + " is PostgreSQL " + told.getString(2)
                        + ", which is too old: Lumia needs 13 or newer; upgrade the server or name another one");
            }
            if (!"UTF8".equals(told.getString(3))) {
                throw new StoreUnusable("the database " + access.place() + " has the encoding " + told.getString(3)
                        + ", but UTF8 is needed: make it with createdb --encoding=UTF8 --template=template0");
            }
        }
    }

    private void migrate() throws StoreUnusable {
        Migrations.run(
                "db/postgresql",
                flyway -> flyway.dataSource(access.url(), access.user(), access.password())
                        .jdbcProperties(access.propertiesAsMap()),
                access.place(),
                "name another database in store.url");
    }

    private StoreUnusable explain(FlywayException broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return unusable(sql);
            }
        }
        return new StoreUnusable(
                "the database " + access.place() + " cannot be brought to this version: " + broken.getMessage(),
                broken);
    }

    private StoreUnusable unusable(SQLException failed) {
        var state = Optional.ofNullable(failed.getSQLState()).orElse("");
        return new StoreUnusable(
                switch (state) {
                    case "28P01", "28000" ->
                        "store.user " + access.user() + " is not let into " + access.place() + " ("
                                + failed.getMessage()
                                + "): check store.password-file or LUMIA_STORE_PASSWORD, and the server's pg_hba.conf";
                    case "3D000" ->
                        "store.url: there is no database at " + access.place()
                                + "; make it with: createdb --owner=" + access.user()
                                + " --encoding=UTF8 --template=template0 "
                                + access.place().substring(access.place().indexOf('/') + 1);
                    case "42501", "3F000" ->
                        "store.user " + access.user() + " may not create tables in " + access.place()
                                + "; make it the owner: alter database "
                                + access.place().substring(access.place().indexOf('/') + 1) + " owner to "
                                + access.user();
                    default ->
                        isLost(failed)
                                ? "the database at store.url " + access.place() + " does not answer after "
                                        + patience.toSeconds() + " s (" + failed.getMessage()
                                        + "); start it, or correct the URL"
                                : "the database " + access.place() + " cannot be used: " + failed.getMessage();
                },
                failed);
    }

    private static boolean isLost(SQLException failed) {
        return Lost.of(failed).isPresent();
    }

    private static void rest(Duration pause) throws StoreUnusable {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new StoreUnusable("the start was stopped while it waited for the database", stopped);
        }
    }
}
