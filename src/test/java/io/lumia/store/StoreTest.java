package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest extends StoreBehaviour {
    @TempDir
    Path data;

    @Override
    protected Future<Store> open() {
        return Store.open(vertx, data);
    }

    @Test
    void has_every_answered_write_on_disk_as_a_kill_at_that_moment_would_find_it(@TempDir Path killed)
            throws IOException {
        var store = open(data);
        var answered = IntStream.range(0, 500)
                .mapToObj(i -> store.settings().write("key-" + i, "value"))
                .toList();
        Future.all(answered).await();
        for (String file : List.of("lumia.db", "lumia.db-wal")) {
            Files.copy(data.resolve(file), killed.resolve(file));
        }

        var found = open(killed).read(StoreBehaviour::numberOfSettings).await();
        assertThat(found).isEqualTo(500);
    }

    @Test
    void syncs_what_somebody_waits_for_and_does_not_sync_what_nobody_does() {
        var store = open(data);
        assertThat(store.writeUnsynced(StoreTest::syncing).await()).isEqualTo(1);
        assertThat(store.write(StoreTest::syncing).await()).isEqualTo(2);
        assertThat(store.writeUnsynced(StoreTest::syncing).await()).isEqualTo(1);
    }

    /** SQLite's own words: 1 is NORMAL, 2 is FULL. */
    private static int syncing(Handle handle) {
        return handle.createQuery("pragma synchronous").mapTo(Integer.class).one();
    }

    @Test
    void lets_readers_change_nothing() {
        var store = open(data);
        assertThatThrownBy(() -> store.read(handle -> handle.execute("delete from settings"))
                        .await())
                .hasMessageContaining("readonly");
    }

    @Test
    void names_the_file_and_the_remedy_when_it_is_no_database() throws IOException {
        Files.writeString(data.resolve("lumia.db"), "this is a letter, not a database".repeat(100));
        assertUnusable(data, "lumia.db", "damaged or no database", "backup");
    }

    @Test
    void notices_damage_inside_the_file() throws IOException {
        var store = open(data);
        Future.all(IntStream.range(0, 500)
                        .mapToObj(i -> store.settings().write("key-" + i, "value".repeat(100)))
                        .toList())
                .await();
        store.close().await();
        var bytes = Files.readAllBytes(data.resolve("lumia.db"));
        java.util.Arrays.fill(bytes, bytes.length / 2, bytes.length - 4096, (byte) 0x5a);
        Files.write(data.resolve("lumia.db"), bytes);

        assertUnusable(data, "lumia.db", "damaged or no database");
    }

    @Test
    void notices_that_the_file_was_cut_short() throws IOException {
        open(data).close().await();
        var bytes = Files.readAllBytes(data.resolve("lumia.db"));
        Files.write(data.resolve("lumia.db"), java.util.Arrays.copyOf(bytes, bytes.length / 2));

        assertUnusable(data, "lumia.db", "damaged or no database");
    }

    @Test
    void refuses_a_write_ahead_log_whose_database_is_gone() throws IOException {
        Files.writeString(data.resolve("lumia.db-wal"), "leftover");
        assertUnusable(data, "is missing", "lumia.db-wal");
    }

    @Test
    void says_so_when_the_directory_cannot_be_written() {
        // not even root can make a directory there
        assertUnusable(Path.of("/proc/lumia-data"), "cannot be written", "--data");
    }

    @Test
    void says_so_when_the_data_directory_is_a_file() throws IOException {
        var file = Files.writeString(data.resolve("file"), "");
        assertUnusable(file, "cannot be written", "--data");
    }

    @Test
    void hides_the_database_from_others() throws IOException {
        var store = open(data);
        store.settings().write("a", "b").await();
        for (String file : List.of("lumia.db", "lumia.db-wal")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    private Store open(Path directory) {
        return Store.open(vertx, directory).await();
    }

    private void assertUnusable(Path directory, String... sentences) {
        assertThatThrownBy(() -> open(directory))
                .satisfies(thrown -> assertThat(Optional.of(thrown)
                                .filter(CompletionException.class::isInstance)
                                .map(Throwable::getCause)
                                .orElse(thrown))
                        .isInstanceOf(StoreUnusable.class)
                        .hasMessageContainingAll(sentences));
    }
}
