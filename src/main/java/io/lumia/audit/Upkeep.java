package io.lumia.audit;

import io.lumia.config.AuditConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts files aside, compresses and removes them, one thing after the other. For one event loop. */
final class Upkeep {
    private static final Logger log = LoggerFactory.getLogger(AuditVerticle.class);

    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final AuditLog file;
    private final Retention retention;
    private final Clock clock;
    private final Consumer<Head> removed;
    private boolean busy;
    private Future<?> turn = Future.succeededFuture();
    private long rotations;

    /** @param removed told after files were removed, with the last line that is gone */
    Upkeep(Vertx vertx, WorkerExecutor worker, AuditLog file, AuditConfig config, Clock clock, Consumer<Head> removed) {
        this.vertx = vertx;
        this.worker = worker;
        this.file = file;
        this.retention = new Retention(file.files(), config);
        this.clock = clock;
        this.removed = removed;
    }

    /** After each write: a file that was put aside is compressed. */
    void written() {
        if (file.rotations() != rotations) {
            rotations = file.rotations();
            soon();
        }
    }

    void soon() {
        if (busy) {
            return;
        }
        busy = true;
        turn = remove()
                // beside the writing, since compressing takes seconds
                .compose(done -> vertx.<Void>executeBlocking(
                        () -> {
                            retention.compress();
                            return null;
                        },
                        false))
                .onFailure(failed -> log.atWarn()
                        .setCause(failed)
                        .log("old files of the audit log could not be compressed or removed; it is tried again"))
                .onComplete(ended -> busy = false);
    }

    /** Completes when no file is touched any more: whoever opens the log next must not find one gone that it has just seen. */
    Future<?> finish() {
        return turn;
    }

    private Future<?> remove() {
        return worker.<List<Head>>executeBlocking(this::removeOver, false).onSuccess(gone -> gone.forEach(removed));
    }

    private List<Head> removeOver() throws IOException {
        var now = clock.instant();
        var over = retention.over(now);
        if (over.isEmpty()) {
            return List.of();
        }
        var through = retention.through(over);
        file.append(
                List.of(LogEnd.act(
                        now,
                        Retention.REMOVED,
                        Map.of("through", through.toString(), "files", Integer.toString(over.size())))),
                now);
        retention.remove(over);
        log.atInfo().addKeyValue("files", over.size()).log("old files of the audit log removed");
        return List.of(through);
    }
}
