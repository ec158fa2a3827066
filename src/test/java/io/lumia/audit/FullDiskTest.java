package io.lumia.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.AuditStatistics;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.fakes.Await;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FullDiskTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Disk disk = new Disk();
    private final Writing writing =
            new Writing(vertx, vertx.createSharedWorkerExecutor("test-audit", 1), disk, Clock.systemUTC(), () -> {});

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void acts_wait_in_order_until_there_is_room_and_what_found_none_is_counted_in_the_log() {
        disk.full = true;
        tell(0, Writing.MOST_WAITING);
        Await.until(vertx, "the disk refused", () -> statistics().failing());
        tell(Writing.MOST_WAITING, 7_000);
        var full = statistics();
        assertThat(full.waiting()).isLessThanOrEqualTo(Writing.MOST_WAITING);
        assertThat(full.lost()).isEqualTo(7_000);
        disk.full = false;
        Await.until(
                vertx,
                "all that waited is written",
                () -> statistics().waiting() == 0 && !statistics().failing());
        Await.until(vertx, "the last is there", () -> disk.written.size() == Writing.MOST_WAITING + 1);
        assertThat(disk.written.get(0)).satisfies(told -> {
            assertThat(told.action()).isEqualTo(Losses.LOST);
            assertThat(told.details()).containsEntry("lost", "7000");
        });
        for (int i = 0; i < Writing.MOST_WAITING; i++) {
            assertThat(disk.written.get(i + 1).object()).isEqualTo(Integer.toString(i));
        }
        assertThat(statistics().lost()).isEqualTo(7_000);
    }

    @Test
    void a_stop_does_not_wait_for_a_disk_that_stays_full() {
        disk.full = true;
        tell(0, 10);
        Await.until(vertx, "the disk refused", () -> statistics().failing());
        assertThat(Await.result(onLoop(() -> writing.finish().map(true)))).isTrue();
    }

    private void tell(int from, int acts) {
        var unused = Await.result(onLoop(() -> {
            for (int i = from; i < from + acts; i++) {
                writing.add(new Audited(Instant.EPOCH, "operator", "test", Integer.toString(i), "ok", Map.of()));
            }
            return Future.succeededFuture(true);
        }));
    }

    private AuditStatistics statistics() {
        return Await.result(onLoop(() -> Future.succeededFuture(writing.statistics())));
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(go -> work.get().onComplete(done));
        return done.future();
    }

    private static final class Disk implements Lines {
        private final List<Audited> written = new CopyOnWriteArrayList<>();
        private volatile boolean full;

        @Override
        public void append(List<Audited> acts, Instant now) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            written.addAll(acts);
        }

        @Override
        public Head head() {
            return Head.NONE;
        }

        @Override
        public long size() {
            return 0;
        }
    }
}
