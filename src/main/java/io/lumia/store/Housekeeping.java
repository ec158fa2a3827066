package io.lumia.store;

import io.lumia.config.StoreConfig.Retention;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/** Deletes what is no longer kept, a batch at a time between other writes, and gives the room back. */
public final class Housekeeping {
    /** Between two batches, so that a purge of a million rows leaves most of the disk to others. */
    private static final long BREATH_MILLIS = 20;
    /** Up to this share free pages stay for what comes next. */
    private static final int FREE_SHARE = 4;
    /** Pages given back at once: 4 MB take about ten milliseconds. */
    private static final int PAGES_AT_ONCE = 1000;

    /** Of several nodes that purge, each deletes a batch while the others wait, so that no row is counted twice. */
    private static final String HELD = "purge";

    private final Vertx vertx;
    private final Store store;
    private final Retention kept;

    public Housekeeping(Vertx vertx, Store store, Retention kept) {
        this.vertx = vertx;
        this.store = store;
        this.kept = kept;
    }

    /** Deletes everything that is over at this moment. @return rows by kind, without those of which none went */
    public Future<Map<String, Long>> purge(Instant now) {
        Map<String, Long> gone = new TreeMap<>();
        var steps = purgeCertificates(ExpiredCertificates.Cursor.START, now, gone);
        for (List<Purge> step : Purge.STEPS) {
            steps = steps.compose(before -> purge(step, now, gone));
        }
        return steps.compose(purged -> gone.isEmpty() ? Future.succeededFuture() : shrink())
                .compose(shrunk -> tidy(now))
                .map(done -> gone);
    }

    private Future<Object> purgeCertificates(ExpiredCertificates.Cursor from, Instant now, Map<String, Long> gone) {
        return store.write(handle -> {
                    store.hold(handle, HELD);
                    return ExpiredCertificates.delete(handle, from, kept.certificates(), now);
                })
                .compose(batch -> {
                    if (batch.deleted() > 0) {
                        gone.merge(ExpiredCertificates.LABEL, (long) batch.deleted(), Long::sum);
                    }
                    var next = batch.next();
                    return next == null
                            ? Future.succeededFuture()
                            : breath().compose(rested -> purgeCertificates(next, now, gone));
                });
    }

    private Future<Object> purge(List<Purge> together, Instant now, Map<String, Long> gone) {
        return store.write(handle -> {
                    store.hold(handle, HELD);
                    var counts = new LinkedHashMap<Purge, Integer>();
                    together.forEach(rule -> counts.put(rule, rule.run(handle, kept, now)));
                    return counts;
                })
                .compose(counts -> {
                    counts.forEach((rule, count) -> {
                        if (count > 0) {
                            gone.merge(rule.label(), (long) count, Long::sum);
                        }
                    });
                    var last = together.get(together.size() - 1);
                    return counts.getOrDefault(last, 0) < Purge.MOST_AT_ONCE
                            ? Future.succeededFuture()
                            : breath().compose(rested -> purge(together, now, gone));
                });
    }

    /** PostgreSQL looks after itself (autovacuum). */
    private Future<?> tidy(Instant now) {
        return store.isShared()
                ? store.write(handle -> CounterShards.unite(handle, now))
                : store.alone(handle -> handle.execute("pragma optimize"))
                        .compose(planned -> store.alone(Housekeeping::checkpoint));
    }

    /** Gives free pages back until few are left; the next rows find room in those. */
    private Future<Object> shrink() {
        if (store.isShared()) {
            return Future.succeededFuture();
        }
        return store.alone(handle -> {
                    long free = number(handle, "freelist_count");
                    if (free < PAGES_AT_ONCE || free * FREE_SHARE < number(handle, "page_count")) {
                        return false;
                    }
                    vacuum(handle);
                    return number(handle, "freelist_count") < free;
                })
                .compose(goesOn -> goesOn ? breath().compose(rested -> shrink()) : Future.succeededFuture());
    }

    /** The pragma is a step for each page without any column: as a query it would be left half-way, and in the way of the next transaction. */
    private static void vacuum(Handle handle) {
        try (var statement = handle.getConnection().createStatement()) {
            var unused = statement.executeUpdate("pragma incremental_vacuum(" + PAGES_AT_ONCE + ")");
        } catch (SQLException broken) {
            throw new IllegalStateException("the database's free room cannot be given back", broken);
        }
    }

    /** The write-ahead log begins anew, unless a reader still needs it; then the next time. */
    private static boolean checkpoint(Handle handle) {
        return !handle.createQuery("pragma wal_checkpoint(truncate)")
                .mapToMap()
                .list()
                .isEmpty();
    }

    private static long number(Handle handle, String pragma) {
        return handle.createQuery("pragma " + pragma).mapTo(Long.class).one();
    }

    private Future<?> breath() {
        return vertx.timer(BREATH_MILLIS, TimeUnit.MILLISECONDS);
    }
}
