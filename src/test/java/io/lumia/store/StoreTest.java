package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close_vertx() {
        vertx.close().await();
    }

    @Test
    void keeps_settings_over_a_restart() {
        var store = open(data);
        store.settings().write("provisioning", "on").await();
        store.settings().write("provisioning", "off").await();
        store.settings().write("gone", "x").await();
        store.settings().remove("gone").await();
        store.close().await();

        var again = open(data);
        assertThat(again.settings().read("provisioning").await()).contains("off");
        assertThat(again.settings().read("gone").await()).isEmpty();
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

        var found = open(killed).read(StoreTest::numberOfSettings).await();
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
    void undoes_a_failed_write_and_none_of_those_that_share_its_commit() {
        var store = open(data);
        var before = store.settings().write("before", "1");
        var failing = store.<String>write(handle -> {
            handle.execute("insert into settings (name, value) values ('half', '1')");
            throw new IllegalStateException("refused");
        });
        var after = store.settings().write("after", "1");

        Future.all(before, after).await();
        assertThatThrownBy(failing::await).hasMessageContaining("refused");
        assertThat(store.settings().read("before").await()).contains("1");
        assertThat(store.settings().read("half").await()).isEmpty();
        assertThat(store.settings().read("after").await()).contains("1");
    }

    @Test
    void shares_one_commit_among_writes_that_wait_together() {
        var store = open(data);
        var disk = new CountDownLatch(1);
        var busy = store.write(handle -> waited(disk));
        var writes = IntStream.range(0, 2000)
                .mapToObj(i -> store.write(handle -> handle.createQuery("select count(*) from settings")
                        .mapTo(Integer.class)
                        .one()))
                .toList();
        disk.countDown();

        assertThat(busy.await()).isTrue();
        Future.all(writes).await();
        assertThat(store.commits()).isLessThan(500);
    }

    @Test
    void finishes_accepted_writes_when_it_closes_and_refuses_later_ones() {
        var store = open(data);
        var writes = IntStream.range(0, 100)
                .mapToObj(i -> store.settings().write("key-" + i, "value"))
                .toList();
        store.close().await();

        Future.all(writes).await();
        assertThatThrownBy(() -> store.settings().write("late", "x").await()).hasMessageContaining("closed");
        assertThat(open(data).read(StoreTest::numberOfSettings).await()).isEqualTo(100);
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
    void refuses_a_database_of_a_newer_version() {
        var store = open(data);
        store.write(handle -> handle.execute("""
                        insert into flyway_schema_history
                        select 99, '99', 'from the future', type, 'V99__future.sql', 1, installed_by, installed_on, 1, 1
                        from flyway_schema_history where installed_rank = 1
                        """)).await();
        store.close().await();

        assertUnusable(data, "newer or different version of Lumia");
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

    private static boolean waited(CountDownLatch disk) {
        try {
            disk.await();
            return true;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static int numberOfSettings(org.jdbi.v3.core.Handle handle) {
        return handle.createQuery("select count(*) from settings")
                .mapTo(Integer.class)
                .one();
    }
}
