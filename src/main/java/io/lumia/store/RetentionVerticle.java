package io.lumia.store;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.StorePurged;
import io.lumia.bus.NodeId;
import io.lumia.config.StoreConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Purges the store right after the start, then again and again, of several nodes one at a time; tells how big it is when asked. */
public final class RetentionVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(RetentionVerticle.class);
    /** The wait varies by a tenth, so that processes that started together do not purge together. */
    private static final double SPREAD = 0.1;

    private final StoreConfig config;
    private final Store store;
    private final Clock clock;
    private final RandomGenerator randomness;
    private boolean stopped;

    public RetentionVerticle(StoreConfig config, Store store, Clock clock, RandomGenerator randomness) {
        this.config = config;
        this.store = store;
        this.clock = clock;
        this.randomness = randomness;
    }

    @Override
    public Future<?> start() {
        purge();
        return FleetBus.STORE_STATISTICS
                .serve(vertx, asked -> store.statistics())
                .compose(serving -> FleetBus.CHECK_STORE.serve(vertx, asked -> store.check()));
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        return Future.succeededFuture();
    }

    /** The lease is not given back: until it ends, the others have nothing to do. */
    private void purge() {
        var owner = NodeId.of(vertx).incarnation();
        var unused = store.leases()
                .take("retention", owner, config.purgeInterval().multipliedBy(9).dividedBy(10))
                .onSuccess(lease -> lease.ifPresentOrElse(mine -> purgeNow(), this::next))
                .onFailure(silent -> next());
    }

    private void purgeNow() {
        long began = System.nanoTime();
        var unused = new Housekeeping(vertx, store, config.retention())
                .purge(clock.instant())
                .onSuccess(gone -> gone.forEach((kind, rows) -> {
                    log.atInfo()
                            .addKeyValue("kind", kind)
                            .addKeyValue("rows", rows)
                            .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
                            .log("store purged");
                    FleetBus.STORE_PURGED.publish(vertx, new StorePurged(kind, rows));
                }))
                .onFailure(failed -> {
                    if (!stopped) {
                        log.atWarn().setCause(failed).log("the store could not be purged; it is tried again later");
                    }
                })
                .onComplete(done -> next());
    }

    private void next() {
        if (!stopped) {
            double share = 1 + SPREAD * (2 * randomness.nextDouble() - 1);
            vertx.setTimer(Math.max(1, (long) (config.purgeInterval().toMillis() * share)), tick -> purge());
        }
    }
}
