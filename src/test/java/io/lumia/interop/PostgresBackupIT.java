package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.fakes.PostgresServer;
import io.lumia.store.DatabaseDump;
import io.lumia.store.Store;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shared database dumped while it is written to, and put back by PostgreSQL's own program as the documents say. */
class PostgresBackupIT {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close_vertx() {
        vertx.close().await();
    }

    @Test
    void a_dump_made_under_writes_holds_what_was_answered_before_and_a_store_opens_on_it() throws Exception {
        try (var server = PostgresServer.start()) {
            var programs = Map.of("PATH", server.program("pg_dump").getParent().toString());
            var config = server.config(server.database());
            var store = Store.open(vertx, directory, config).await();
            for (int i = 0; i < 50; i++) {
                store.settings().write("before-" + i, "value").await();
            }
            var meanwhile = IntStream.range(0, 500)
                    .mapToObj(i -> store.settings().write("meanwhile-" + i, "value"))
                    .toList();
            var dump = directory.resolve(DatabaseDump.NAME);
            new DatabaseDump(config, programs).make(dump);
            meanwhile.get(499).await();
            store.close().await();

            assertThat(DatabaseDump.inspect(dump, programs).orElseThrow()).contains("tables, readable");
            var restored = server.config(server.database());
            new ExternalProgram(
                            server.program("pg_restore"),
                            Map.of("PGPASSWORD", PostgresServer.PASSWORD, "PGUSER", PostgresServer.USER),
                            directory)
                    .run("--clean", "--if-exists", "--no-owner", "--dbname=" + restored.url(), dump.toString());
            var again = Store.open(vertx, directory, restored).await();
            for (int i = 0; i < 50; i++) {
                assertThat(again.settings().read("before-" + i).await()).contains("value");
            }
            again.settings().write("after", "value").await();
            again.close().await();
        }
    }

    @Test
    void a_damaged_dump_and_one_that_cannot_be_made_are_failures() throws Exception {
        try (var server = PostgresServer.start()) {
            var programs = Map.of("PATH", server.program("pg_dump").getParent().toString());
            var config = server.config(server.database());
            Store.open(vertx, directory, config).await().close().await();
            var dump = directory.resolve(DatabaseDump.NAME);
            new DatabaseDump(config, programs).make(dump);
            var whole = Files.readAllBytes(dump);
            Files.write(dump, Arrays.copyOf(whole, whole.length / 2));
            assertThatThrownBy(() -> DatabaseDump.inspect(dump, programs)).isInstanceOf(IOException.class);

            server.stop();
            assertThatThrownBy(() -> new DatabaseDump(config, programs).make(directory.resolve("other.dump")))
                    .hasMessageContaining("pg_dump failed");
            assertThat(new DatabaseDump(config, Map.of()).isPossible()).isFalse();
        }
    }
}
