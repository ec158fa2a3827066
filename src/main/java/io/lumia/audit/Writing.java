package io.lumia.audit;

import io.lumia.bus.FleetBus.AuditStatistics;
import io.lumia.bus.FleetBus.Audited;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets acts wait and writes them in order: what waits while lines are written goes into the next write. While the disk is full they are kept and
 * tried again; the newest that find no room are counted. For one event loop.
 */
final class Writing {
    private static final Logger log = LoggerFactory.getLogger(AuditVerticle.class);
    /** About 60 MB at most. */
    static final int MOST_WAITING = 100_000;

    private static final int MOST_AT_ONCE = 2_000;
    private static final long AGAIN_MILLIS = 1_000;
    private static final Duration TOLD_EVERY = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Lines file;
    private final Clock clock;
    private final Runnable written;
    private final Deque<Audited> waiting = new ArrayDeque<>();
    private final Losses losses = new Losses();
    private Future<?> turn = Future.succeededFuture();
    private boolean busy;
    private boolean failing;
    private int inFlight;
    private long count;
    private Instant toldFull = Instant.MIN;

    /** @param written called after each write */
    Writing(Vertx vertx, WorkerExecutor worker, Lines file, Clock clock, Runnable written) {
        this.vertx = vertx;
        this.worker = worker;
        this.file = file;
        this.clock = clock;
        this.written = written;
    }

    void add(Audited act) {
        if (waiting.size() + inFlight >= MOST_WAITING) {
            losses.count(clock.instant());
        } else {
            waiting.add(act);
        }
        next();
    }

    AuditStatistics statistics() {
        return new AuditStatistics(
                file.head().sequence(), count, losses.total(), waiting.size() + inFlight, failing, file.size());
    }

    /** Completes when everything heard so far is on disk; at once while the disk refuses it. */
    Future<?> settled() {
        return isSettled()
                ? Future.succeededFuture()
                : turn.transform(ended -> isSettled() ? Future.succeededFuture() : turn);
    }

    private boolean isSettled() {
        return !busy || failing;
    }

    /** Completes when everything heard so far is on disk, or the disk refused it once more. */
    Future<?> finish() {
        return turn.transform(
                ended -> waiting.isEmpty() || failing ? Future.succeededFuture() : write().compose(more -> finish()));
    }

    private void next() {
        if (!busy && !waiting.isEmpty()) {
            busy = true;
            var write = write();
            // before its end is heard of, which may be at once and begin the next one
            turn = write;
            write.onComplete(ended -> {
                if (ended.succeeded()) {
                    busy = false;
                    next();
                } else {
                    vertx.setTimer(AGAIN_MILLIS, again -> {
                        busy = false;
                        next();
                    });
                }
            });
        }
    }

    /** What came of it is noted before anybody else hears of it: listeners of a Future that ends meanwhile may be called out of order. */
    private Future<Void> write() {
        var batch = batch();
        inFlight = batch.size();
        Promise<Void> noted = Promise.promise();
        worker.<Void>executeBlocking(
                        () -> {
                            file.append(batch, clock.instant());
                            return null;
                        },
                        false)
                .onComplete(ended -> {
                    inFlight = 0;
                    if (ended.succeeded()) {
                        wrote(batch);
                    } else {
                        refused(batch, ended.cause());
                    }
                    noted.handle(ended);
                });
        return noted.future();
    }

    private List<Audited> batch() {
        var batch = new ArrayList<Audited>();
        if (losses.any()) {
            batch.add(losses.act(clock.instant()));
        }
        while (batch.size() < MOST_AT_ONCE && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        return batch;
    }

    private void wrote(List<Audited> batch) {
        batch.stream().filter(act -> act.action().equals(Losses.LOST)).forEach(losses::settle);
        count += batch.size();
        if (failing) {
            failing = false;
            log.atInfo().addKeyValue("lost", losses.total()).log("the audit log can be written again");
        }
        written.run();
    }

    private void refused(List<Audited> batch, Throwable full) {
        failing = true;
        for (int i = batch.size() - 1; i >= 0; i--) {
            if (!batch.get(i).action().equals(Losses.LOST)) {
                waiting.addFirst(batch.get(i));
            }
        }
        var now = clock.instant();
        if (toldFull.isBefore(now.minus(TOLD_EVERY))) {
            toldFull = now;
            log.atError()
                    .setCause(full)
                    .addKeyValue("waiting", waiting.size())
                    .addKeyValue("lost", losses.total())
                    .log(
                            "the audit log cannot be written; make room on the disk of the data directory. Acts go on and wait in memory");
        }
    }
}
