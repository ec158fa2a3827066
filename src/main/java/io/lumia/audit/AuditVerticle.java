package io.lumia.audit;

import io.lumia.bus.FleetBus;
import io.lumia.bus.Origin;
import io.lumia.config.AuditConfig;
import io.lumia.config.CannotStart;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes every act that is told on the bus into the audit log, in order, keeps the log bounded, and answers searches in it. */
public final class AuditVerticle extends VerticleBase {
    private static final Duration LONGEST_WORK = Duration.ofMinutes(1);
    private static final long UPKEEP_MILLIS = Duration.ofMinutes(10).toMillis();

    private final AuditConfig config;
    private final Path data;
    private final Clock clock;
    private @Nullable Context home;
    private @Nullable WorkerExecutor worker;
    private @Nullable AuditLog file;
    private @Nullable Writing writing;
    private @Nullable Upkeep upkeep;
    private @Nullable Searching searching;
    private @Nullable Remembering remembering;

    /** @param data directory under which {@code logs/audit.jsonl} is */
    public AuditVerticle(AuditConfig config, Path data, Clock clock) {
        this.config = config;
        this.data = data;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        home = context;
        var thread = vertx.createSharedWorkerExecutor("lumia-audit", 1, LONGEST_WORK.toMillis(), TimeUnit.MILLISECONDS);
        worker = thread;
        return thread.executeBlocking(() -> AuditLog.open(data, config, clock.instant()), false)
                .recover(unusable -> Future.failedFuture(new CannotStart(
                        "cannot write the audit log " + data.resolve("logs/audit.jsonl") + " ("
                                + unusable.getClass().getSimpleName() + ": " + unusable.getMessage()
                                + "); make the data directory writable",
                        unusable)))
                .compose(opened -> begin(thread, opened));
    }

    /**
     * From now on this remembers the head of the chain, and tells whether lines are missing since the last time. Call once, on any context, after the
     * verticle is deployed.
     */
    public Future<Void> remember(Witness witness) {
        Promise<Void> checked = Promise.promise();
        Objects.requireNonNull(home).runOnContext(go -> {
            var opened = Objects.requireNonNull(file);
            var keeper = new Remembering(vertx, witness, opened);
            remembering = keeper;
            keeper.check(clock.instant(), Objects.requireNonNull(writing)::add).onComplete(checked);
        });
        return checked.future();
    }

    /** Completes when everything heard so far is on disk. */
    @Override
    public Future<?> stop() {
        var unfinished = writing;
        var pending = unfinished == null ? Future.succeededFuture() : unfinished.finish();
        return pending.transform(ended -> remembering == null ? Future.succeededFuture() : remembering.last())
                .transform(ended -> upkeep == null ? Future.succeededFuture() : upkeep.finish())
                .transform(ended -> searching == null ? Future.succeededFuture() : searching.close())
                .transform(ended -> close());
    }

    private Future<?> begin(WorkerExecutor thread, AuditLog opened) {
        file = opened;
        var writer = new Writing(vertx, thread, opened, clock, this::wrote);
        writing = writer;
        var searches = new Searching(vertx, thread, opened, data, writer::settled);
        searching = searches;
        var keeper = new Upkeep(vertx, thread, opened, config, clock, searches::forget);
        upkeep = keeper;
        var timer = vertx.setPeriodic(UPKEEP_MILLIS, passed -> keeper.soon());
        assert timer >= 0;
        keeper.soon();
        return FleetBus.AUDITED
                .listenHere(vertx, act -> writer.add(act.of(Origin.current())))
                .compose(listening ->
                        FleetBus.AUDIT_STATISTICS.serve(vertx, asked -> Future.succeededFuture(writer.statistics())))
                .compose(serving -> FleetBus.SEARCH_AUDIT.serve(vertx, searches::search))
                .compose(serving -> new BusActs(vertx, clock, writer::add).listen());
    }

    private void wrote() {
        if (remembering != null) {
            remembering.soon();
        }
        if (searching != null) {
            searching.soon();
        }
        if (upkeep != null) {
            upkeep.written();
        }
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
