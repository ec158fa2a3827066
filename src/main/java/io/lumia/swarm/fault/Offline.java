package io.lumia.swarm.fault;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;

/** Powered off without a word; usually until its certificate is over, so that it has to recover by its identity key. */
final class Offline implements Fault {
    /** Certificates end on whole seconds. */
    private static final Duration WELL_OVER = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final Clock clock;
    private final FaultyDevice device;
    private final Link link;
    private final Promise<Void> over = Promise.promise();
    private long timer = -1;

    Offline(Vertx vertx, Clock clock, FaultyDevice device, Link link) {
        this.vertx = vertx;
        this.clock = clock;
        this.device = device;
        this.link = link;
    }

    @Override
    public Future<Void> begin() {
        device.agent().copy().ifPresent(pair -> {
            var left = Duration.between(clock.instant(), pair.notAfter()).plus(WELL_OVER);
            timer = vertx.setTimer(Math.max(1, left.toMillis()), ended -> over.tryComplete());
        });
        var off = device.powerOff();
        link.down(); // in the same turn, so that no goodbye gets through
        return off;
    }

    @Override
    public Future<Void> over() {
        return over.future();
    }

    @Override
    public Future<Void> end() {
        vertx.cancelTimer(timer);
        link.up();
        return device.powerOn();
    }
}
