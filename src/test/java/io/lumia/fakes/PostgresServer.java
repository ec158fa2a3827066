package io.lumia.fakes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lumia.config.StoreConfig;
import io.lumia.config.StoreConfig.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL of its own on a free port of loopback, in a temporary directory, run as the user postgres where the test is root. It trusts
 * nobody: the user lumia has a password. Every answered commit is on its disk.
 */
public final class PostgresServer implements AutoCloseable {
    public static final String USER = "lumia";
    public static final String PASSWORD = "interop-password";

    private static final Retention KEPT =
            new Retention(Duration.ofDays(90), Duration.ofHours(24), Duration.ofDays(30), Duration.ofDays(365));

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final int PATIENCE_SECONDS = 60;

    private final Path programs;
    private final Path home;
    private final int port = FreePort.anywhere();
    private final AtomicInteger databases = new AtomicInteger();

    private PostgresServer(Path programs, Path home) {
        this.programs = programs;
        this.home = home;
    }

    /** Skips the test, saying why, where PostgreSQL is not installed. */
    public static PostgresServer start() throws IOException {
        var programs = installed();
        assumeTrue(programs != null, "postgres is not installed");
        var server = new PostgresServer(programs, Files.createTempDirectory("lumia-postgres"));
        try {
            server.make();
            server.begin();
            server.asAdministrator("create role " + USER + " login password '" + PASSWORD + "'");
            return server;
        } catch (IOException | SQLException | RuntimeException broken) {
            server.close();
            throw new IOException("PostgreSQL cannot be started", broken);
        }
    }

    /** The newest one. */
    private static Path installed() throws IOException {
        if (!Files.isDirectory(DEBIAN)) {
            return null;
        }
        try (var versions = Files.list(DEBIAN)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparingInt(bin ->
                            Integer.parseInt(bin.getParent().getFileName().toString())))
                    .orElse(null);
        }
    }

    private void make() throws IOException {
        var password = Files.writeString(home.resolve("password"), PASSWORD);
        if (isRoot()) {
            run("chown", "-R", "postgres", home.toString());
        }
        asOwner(
                "initdb",
                "--pgdata=" + data(),
                "--username=postgres",
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync");
        Files.writeString(
                data().resolve("postgresql.auto.conf"),
                String.join(
                        "\n",
                        "listen_addresses = '127.0.0.1'",
                        "port = " + port,
                        "unix_socket_directories = '" + home + "'",
                        "fsync = on",
                        "shared_buffers = 64MB",
                        "max_connections = 60",
                        "log_min_messages = warning",
                        ""));
    }

    /** Starts it, also after {@link #kill}; returns once it takes connections. */
    public void begin() throws IOException {
        asOwner(
                "pg_ctl",
                "--pgdata=" + data(),
                "--log=" + home.resolve("log"),
                "--wait",
                "--timeout=" + PATIENCE_SECONDS,
                "start");
    }

    /** Ends it as a crash does. */
    public void kill() throws IOException {
        asOwner("pg_ctl", "--pgdata=" + data(), "--mode=immediate", "--wait", "stop");
    }

    /** Ends it as an operator does who does not wait for its clients. */
    public void stop() throws IOException {
        asOwner("pg_ctl", "--pgdata=" + data(), "--mode=fast", "--wait", "stop");
    }

    /** Makes an empty database that {@link #USER} owns. @return its URL, for {@code store.url} */
    public String database() throws SQLException {
        var name = "lumia" + databases.incrementAndGet();
        asAdministrator("create database " + name + " owner " + USER);
        return url(name);
    }

    public String url(String database) {
        return "postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Of {@link #USER}. */
    public StoreConfig config(String url) {
        return new StoreConfig(url, USER, null, PASSWORD, 4, null, KEPT, Duration.ofMinutes(10));
    }

    /** In the database postgres. */
    public void asAdministrator(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:" + url("postgres"), "postgres", PASSWORD);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Of the same version. */
    public Path program(String name) {
        return programs.resolve(name);
    }

    public int port() {
        return port;
    }

    public Path data() {
        return home.resolve("data");
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(data().resolve("postmaster.pid"))) {
            kill();
        }
        try (var files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void asOwner(String program, String... arguments) throws IOException {
        var command = new ArrayList<String>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private void run(String... command) throws IOException {
        var printed = Files.createTempFile("lumia-postgres", ".log");
        var builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().putAll(Map.of("LC_ALL", "C", "HOME", home.toString()));
        try {
            var process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + Files.readString(printed));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException(stopped);
        } finally {
            Files.delete(printed);
        }
    }
}
