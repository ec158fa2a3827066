package io.lumia.swarm.fault;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/** Every few seconds the device's connections break; a new one can be made at once. */
final class FlappingLink implements Fault {
    private final Vertx vertx;
    private final Link link;
    private final Duration every;
    private long timer = -1;

    FlappingLink(Vertx vertx, Link link, Duration every) {
        this.vertx = vertx;
        this.link = link;
        this.every = every;
    }

    @Override
    public Future<Void> begin() {
        link.cut();
        timer = vertx.setPeriodic(every.toMillis(), tick -> link.cut());
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        vertx.cancelTimer(timer);
        return Future.succeededFuture();
    }
}
