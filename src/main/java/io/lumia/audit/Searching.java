package io.lumia.audit;

import io.lumia.bus.FleetBus.AuditPage;
import io.lumia.bus.FleetBus.SearchAudit;
import io.lumia.store.AuditIndex;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the index behind the log, and searches it. The log is written first, the index when there is time. For one event loop. */
final class Searching {
    private static final Logger log = LoggerFactory.getLogger(AuditVerticle.class);
    private static final int SEARCHES_AT_ONCE = 2;
    private static final Duration LONGEST_SEARCH = Duration.ofSeconds(30);
    /** How long a question waits for what was written before it; an index that is made anew takes longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Acts often come together; they are put into the index together. */
    private static final long GATHERING_MILLIS = 50;

    private static final int FORGOTTEN_AT_ONCE = 2_000;

    private final Vertx vertx;
    private final WorkerExecutor writer;
    private final WorkerExecutor readers;
    private final AuditLog file;
    private final Path data;
    private final Supplier<Future<?>> settled;
    private @Nullable AuditIndex index;
    private @Nullable IndexFeed feed;
    private boolean busy;
    private boolean closed;

    /** @param settled completes when all acts that were told are in the log */
    Searching(Vertx vertx, WorkerExecutor writer, AuditLog file, Path data, Supplier<Future<?>> settled) {
        this.vertx = vertx;
        this.writer = writer;
        this.file = file;
        this.data = data;
        this.settled = settled;
        this.readers = vertx.createSharedWorkerExecutor(
                "lumia-audit-search", SEARCHES_AT_ONCE, LONGEST_SEARCH.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** After a write. */
    void soon() {
        if (!busy && !closed) {
            busy = true;
            var timer = vertx.setTimer(GATHERING_MILLIS, gathered -> step());
            assert timer >= 0;
        }
    }

    Future<AuditPage> search(SearchAudit asked) {
        return settled.get()
                .transform(written -> caughtUp(System.nanoTime() + PATIENCE.toNanos()))
                .compose(current -> readers.executeBlocking(() -> page(asked, current), false));
    }

    /** Of the acts that the retention removed from the log. */
    void forget(Head through) {
        var unused = writer.executeBlocking(() -> opened().forget(through.sequence(), FORGOTTEN_AT_ONCE), false)
                .onSuccess(more -> {
                    if (more && !closed) {
                        forget(through);
                    }
                });
    }

    Future<Void> close() {
        closed = true;
        return writer.<Void>executeBlocking(
                        () -> {
                            if (feed != null) {
                                feed.close();
                            }
                            if (index != null) {
                                index.close();
                            }
                            return null;
                        },
                        false)
                .eventually(readers::close);
    }

    /** Whether everything written before is in the index by now. The writer's thread does one thing after the other. */
    private Future<Boolean> caughtUp(long until) {
        return writer.executeBlocking(this::read, false)
                .compose(more -> {
                    if (!more || System.nanoTime() > until) {
                        return Future.succeededFuture(!more);
                    }
                    return caughtUp(until);
                })
                .otherwise(false);
    }

    private void step() {
        var unused = writer.executeBlocking(this::read, false)
                .onSuccess(more -> {
                    if (more && !closed) {
                        step();
                    } else {
                        busy = false;
                    }
                })
                .onFailure(broken -> {
                    log.atWarn()
                            .setCause(broken)
                            .log("the index of the audit log cannot be written; searches may lack the newest acts");
                    busy = false;
                });
    }

    private boolean read() throws java.io.IOException {
        if (closed) {
            return false;
        }
        var reading = feed;
        if (reading == null) {
            reading = new IndexFeed(file, opened());
            feed = reading;
        }
        return reading.step();
    }

    private AuditIndex opened() throws java.io.IOException {
        var open = index;
        if (open == null) {
            open = AuditIndex.open(data);
            index = open;
        }
        return open;
    }

    private AuditPage page(SearchAudit asked, boolean current) {
        var open = index;
        if (open == null) {
            return new AuditPage(List.of(), false, false);
        }
        var found = open.search(asked);
        boolean more = found.size() > asked.size();
        return new AuditPage(more ? found.subList(0, asked.size()) : found, more, current);
    }
}
