package io.lumia.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.lumia.config.SecretSource;
import io.lumia.config.StoreConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How to get to the PostgreSQL that the configuration names.
 *
 * @param place HOST:PORT/DATABASE, for messages
 */
record PostgresAccess(
        String place, String url, String user, @Nullable String password, Properties properties) {
    /** In the directory that systemd names for {@code LoadCredential=}. */
    private static final String CREDENTIAL = "lumia-store-password";

    private static final int STANDARD_PORT = 5432;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Longer than any statement may take: it is for a server that fell silent. */
    private static final Duration SILENCE = Duration.ofSeconds(40);

    /**
     * Limits that the server keeps, also when this process hangs or its network is gone: a transaction that stands still gives its locks back, so
     * that other nodes go on.
     */
    private static final String LIMITS =
            "-c statement_timeout=25s -c lock_timeout=15s -c idle_in_transaction_session_timeout=10s"
                    + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    /** Every connection that writes has counters of its own; the lock on their number lasts as long as the connection. */
    private static final String TAKE_SHARD = """
            select set_config('lumia.shard', n::text, false)
            from (select n from generate_series(1, 4096) n where pg_try_advisory_lock(1819635049, n) limit 1) free
            """;

    /** @param environment where systemd names the directory of the credentials */
    static PostgresAccess of(StoreConfig config, Map<String, String> environment) throws StoreUnusable {
        var place = StoreConfig.place(String.valueOf(config.url()));
        int port = place.getPort() < 0 ? STANDARD_PORT : place.getPort();
        var address = place.getHost() + ":" + port + place.getPath();
        return new PostgresAccess(
                address,
                "jdbc:postgresql://" + address + (place.getRawQuery() == null ? "" : "?" + place.getRawQuery()),
                config.user(),
                password(config, environment),
                properties(config, place));
    }

    private static Properties properties(StoreConfig config, URI place) throws StoreUnusable {
        var properties = new Properties();
        properties.setProperty("ApplicationName", "lumia");
        properties.setProperty("connectTimeout", seconds(CONNECT));
        properties.setProperty("loginTimeout", seconds(CONNECT));
        properties.setProperty("socketTimeout", seconds(SILENCE));
        properties.setProperty("tcpKeepAlive", "true");
        var authorities = config.caFile();
        if (authorities != null) {
            if (!Files.isReadable(authorities)) {
                throw new StoreUnusable("store.ca-file " + authorities + " cannot be read: let this user read it");
            }
            properties.setProperty("sslrootcert", authorities.toString());
            if (!("" + place.getQuery()).contains("sslmode=")) {
                properties.setProperty("sslmode", "verify-full");
            }
        }
        return properties;
    }

    /** From the environment, a file, or a systemd credential; none where the server trusts the address or a certificate. */
    private static @Nullable String password(StoreConfig config, Map<String, String> environment) throws StoreUnusable {
        if (config.password() != null && !config.password().isEmpty()) {
            return config.password();
        }
        if (config.passwordFile() != null) {
            return read(config.passwordFile(), "store.password-file");
        }
        var credentials = environment.get("CREDENTIALS_DIRECTORY");
        var credential = credentials == null ? null : Path.of(credentials, CREDENTIAL);
        return credential == null || !Files.exists(credential) ? null : read(credential, "systemd credential");
    }

    private static String read(Path file, String key) throws StoreUnusable {
        try {
            return SecretSource.file(file).read(key);
        } catch (IllegalArgumentException unreadable) {
            throw new StoreUnusable(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }

    Map<String, String> propertiesAsMap() {
        return properties.stringPropertyNames().stream().collect(Collectors.toMap(key -> key, properties::getProperty));
    }

    /** A connection of its own, for the start. */
    Connection connect() throws SQLException {
        var all = new Properties();
        all.putAll(properties);
        all.setProperty("user", user);
        if (password != null) {
            all.setProperty("password", password);
        }
        return DriverManager.getConnection(url, all);
    }

    /** Connections that write, opened as they are needed. */
    HikariDataSource writing(int most, Duration patience) {
        var pool = pool("lumia-store-writers", most, patience, LIMITS);
        pool.setConnectionInitSql(TAKE_SHARD);
        return new HikariDataSource(pool);
    }

    /** Connections that refuse to write, opened as they are needed. */
    HikariDataSource reading(int most, Duration patience) {
        return new HikariDataSource(
                pool("lumia-store-readers", most, patience, LIMITS + " -c default_transaction_read_only=on"));
    }

    private HikariConfig pool(String name, int most, Duration patience, String options) {
        var pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        if (password != null) {
            pool.setPassword(password);
        }
        pool.setMaximumPoolSize(most);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(patience.toMillis());
        pool.setInitializationFailTimeout(-1);
        pool.setMaxLifetime(TimeUnit.MINUTES.toMillis(30));
        pool.setAutoCommit(true);
        properties.stringPropertyNames().forEach(key -> pool.addDataSourceProperty(key, properties.getProperty(key)));
        pool.addDataSourceProperty("options", options);
        return pool;
    }

    private static String seconds(Duration time) {
        return Long.toString(time.toSeconds());
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return user + "@" + place;
    }
}
