package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a store does on whichever database. */
public abstract class StoreBehaviour {
    protected final Vertx vertx = Vertx.vertx();
    private final List<Store> opened = new ArrayList<>();

    /** Always the same database. */
    protected abstract Future<Store> open();

    @AfterEach
    void close_stores() {
        List.copyOf(opened).forEach(this::close);
        vertx.close().await();
    }

    protected void close(Store store) {
        opened.remove(store);
        store.close().await();
    }

    protected Store reopen() {
        var store = open().await();
        opened.add(store);
        return store;
    }

    @Test
    void keeps_settings_over_a_restart() {
        var store = reopen();
        store.settings().write("provisioning", "on").await();
        store.settings().write("provisioning", "off").await();
        store.settings().write("gone", "x").await();
        store.settings().remove("gone").await();
        close(store);

        var again = reopen();
        assertThat(again.settings().read("provisioning").await()).contains("off");
        assertThat(again.settings().read("gone").await()).isEmpty();
    }

    @Test
    void undoes_a_failed_write_and_none_of_those_that_share_its_commit() {
        var store = reopen();
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
        var store = reopen();
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
        var store = reopen();
        var writes = IntStream.range(0, 100)
                .mapToObj(i -> store.settings().write("key-" + i, "value"))
                .toList();
        close(store);

        Future.all(writes).await();
        assertThatThrownBy(() -> store.settings().write("late", "x").await()).hasMessageContaining("closed");
        assertThat(reopen().read(StoreBehaviour::numberOfSettings).await()).isEqualTo(100);
    }

    @Test
    void refuses_a_database_of_a_newer_version() {
        var store = reopen();
        store.write(handle -> handle.execute("""
                        insert into flyway_schema_history
                        select 99, '99', 'from the future', type, 'V99__future.sql', 1, installed_by, installed_on, 1, success
                        from flyway_schema_history where installed_rank = 1
                        """)).await();
        close(store);

        assertThatThrownBy(this::reopen)
                .hasRootCauseInstanceOf(org.flywaydb.core.api.exception.FlywayValidateException.class)
                .hasMessageContaining("newer or different version of Lumia");
    }

    private static boolean waited(CountDownLatch disk) {
        try {
            disk.await();
            return true;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    static int numberOfSettings(Handle handle) {
        return handle.createQuery("select count(*) from settings")
                .mapTo(Integer.class)
                .one();
    }
}
