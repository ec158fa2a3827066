package io.lumia.store;

import io.lumia.config.StoreConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A shared database dumped as it is at one moment by PostgreSQL's own {@code pg_dump}, and looked at by {@code pg_restore}. Blocks. */
public final class DatabaseDump {
    public static final String NAME = "lumia.dump";

    private static final long LONGEST_HOURS = 6;

    private final StoreConfig config;
    private final Map<String, String> environment;

    /** @param environment where the programs and the password are looked for */
    public DatabaseDump(StoreConfig config, Map<String, String> environment) {
        this.config = config;
        this.environment = environment;
    }

    /** Whether {@code pg_dump} is installed here. */
    public boolean isPossible() {
        return find("pg_dump").isPresent();
    }

    /** @param target must not exist. @throws IOException with what pg_dump said */
    public void make(Path target) throws IOException {
        try {
            var access = PostgresAccess.of(config, environment);
            run(
                    target.resolveSibling(NAME + ".log"),
                    access,
                    program("pg_dump"),
                    "--format=custom",
                    "--no-owner",
                    "--no-privileges",
                    "--no-password",
                    "--file=" + target,
                    "--dbname=" + access.url().replaceAll("^jdbc:|\\?.*", ""));
        } catch (StoreUnusable unusable) {
            throw new IOException(unusable.getMessage(), unusable);
        }
    }

    /**
     * Reads the whole dump.
     *
     * @return a sentence for a person; empty when {@code pg_restore} is missing
     * @throws IOException when it is damaged
     */
    public static Optional<String> inspect(Path dump, Map<String, String> environment) throws IOException {
        var program = find("pg_restore", environment);
        if (program.isEmpty()) {
            return Optional.empty();
        }
        var script = Files.createTempFile(dump.toAbsolutePath().getParent(), "inspect", ".sql");
        try {
            run(script, Map.of(), List.of(program.get().toString(), "--file=-", dump.toString()));
            try (var lines = Files.lines(script)) {
                long tables = lines.filter(line -> line.startsWith("COPY ")).count();
                return Optional.of("dump of PostgreSQL with " + tables + " tables, readable to its end");
            }
        } finally {
            Files.delete(script);
        }
    }

    private void run(Path log, PostgresAccess access, String... command) throws IOException {
        var libpq = new java.util.HashMap<String, String>();
        libpq.put("PGUSER", access.user());
        libpq.put("PGCONNECT_TIMEOUT", "10");
        if (access.password() != null) {
            libpq.put("PGPASSWORD", access.password());
        }
        var parameters = access.propertiesAsMap();
        Optional.ofNullable(parameters.get("sslrootcert")).ifPresent(file -> libpq.put("PGSSLROOTCERT", file));
        sslMode(access).ifPresent(mode -> libpq.put("PGSSLMODE", mode));
        try {
            run(log, libpq, List.of(command));
        } finally {
            Files.deleteIfExists(log);
        }
    }

    private static Optional<String> sslMode(PostgresAccess access) {
        return Stream.of(access.url().replaceAll("^[^?]*\\??", "").split("&"))
                .filter(parameter -> parameter.startsWith("sslmode="))
                .map(parameter -> parameter.substring("sslmode=".length()))
                .findFirst()
                .or(() -> Optional.ofNullable(access.propertiesAsMap().get("sslmode")));
    }

    /** @param printed takes what it prints */
    private static void run(Path printed, Map<String, String> more, List<String> command) throws IOException {
        var builder = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().putAll(more);
        var process = builder.start();
        try {
            if (!process.waitFor(LONGEST_HOURS, TimeUnit.HOURS) || process.exitValue() != 0) {
                throw new IOException(Path.of(command.get(0)).getFileName() + " failed: "
                        + Files.readString(printed)
                                .strip()
                                .lines()
                                .reduce((before, last) -> last)
                                .orElse(""));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while " + command.get(0) + " ran", stopped);
        } finally {
            process.destroyForcibly();
        }
    }

    private String program(String name) throws IOException {
        return find(name)
                .orElseThrow(() -> new IOException(name + " was not found on PATH"))
                .toString();
    }

    private Optional<Path> find(String name) {
        return find(name, environment);
    }

    private static Optional<Path> find(String name, Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
