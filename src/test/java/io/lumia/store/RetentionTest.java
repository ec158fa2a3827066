package io.lumia.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest extends RetentionBehaviour {
    @TempDir
    Path data;

    @Override
    protected Future<Store> open() {
        return Store.open(vertx, data);
    }

    @Test
    void others_write_while_thousands_of_rows_go_and_the_room_is_given_back() throws Exception {
        new CertificateRows(NOW.minus(Duration.ofDays(200)).toEpochMilli(), 12_000).fill(store);
        sql("delete from claims");
        store.alone(handle -> handle.createQuery("pragma wal_checkpoint(truncate)")
                        .mapToMap()
                        .list())
                .await();
        long before = Files.size(data.resolve("lumia.db"));
        var purging = new Housekeeping(vertx, store, KEPT).purge(NOW);
        int written = 0;
        long longest = 0;
        while (!purging.isComplete()) {
            long began = System.nanoTime();
            store.settings().write("key", "value-" + written++).await();
            longest = Math.max(longest, System.nanoTime() - began);
        }
        assertThat(purging.await()).isEqualTo(Map.of("certificates", 12_000L));
        assertThat(written).isGreaterThan(50);
        assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(10));
        assertThat(Files.size(data.resolve("lumia.db"))).isLessThan(before / 2);
        assertThat(Files.size(data.resolve("lumia.db-wal"))).isLessThan(5_000_000);
    }
}
