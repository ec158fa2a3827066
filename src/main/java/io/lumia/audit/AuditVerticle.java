package io.lumia.audit;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.Origin;
import io.lumia.config.CannotStart;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every act that is told on the bus into the audit log, in order; what waits while a line is written goes into the next write. */
public final class AuditVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(AuditVerticle.class);

    private final Path data;
    private List<Audited> waiting = new ArrayList<>();
    private Future<?> writing = Future.succeededFuture();
    private @Nullable WorkerExecutor worker;
    private @Nullable AuditLog file;

    /** @param data directory under which {@code logs/audit.jsonl} is */
    public AuditVerticle(Path data) {
        this.data = data;
    }

    @Override
    public Future<?> start() {
        var thread = vertx.createSharedWorkerExecutor("audit", 1);
        worker = thread;
        return thread.executeBlocking(() -> AuditLog.open(data), false)
                .recover(unusable -> Future.failedFuture(new CannotStart(
                        "cannot write the audit log " + data.resolve("logs/audit.jsonl") + " ("
                                + unusable.getClass().getSimpleName() + "); make the data directory writable",
                        unusable)))
                .compose(opened -> {
                    file = opened;
                    return FleetBus.AUDITED.listen(vertx, act -> hear(thread, opened, act.of(Origin.current())));
                });
    }

    /** Completes when everything heard so far is on disk. */
    @Override
    public Future<?> stop() {
        return writing.transform(written -> close());
    }

    private void hear(WorkerExecutor thread, AuditLog opened, Audited act) {
        waiting.add(act);
        if (waiting.size() == 1) {
            writing = writing.transform(before -> write(thread, opened));
        }
    }

    private Future<Void> write(WorkerExecutor thread, AuditLog opened) {
        var acts = waiting;
        waiting = new ArrayList<>();
        return thread.<Void>executeBlocking(
                        () -> {
                            opened.append(acts);
                            return null;
                        },
                        false)
                .onFailure(full -> log.atError()
                        .setCause(full)
                        .addKeyValue("lost", acts.size())
                        .log("the audit log cannot be written; make room on the disk of the data directory"));
    }

    private Future<Void> close() {
        var thread = worker;
        var opened = file;
        if (thread == null || opened == null) {
            return Future.succeededFuture();
        }
        return thread.<Void>executeBlocking(
                        () -> {
                            opened.close();
                            return null;
                        },
                        false)
                .eventually(thread::close);
    }
}
