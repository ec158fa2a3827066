package io.lumia.renewal.target;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;

/** Lets brokers restart one after the other, with a pause between, so that their clients do not all come back at once. */
public final class RestartPace {
    private final Vertx vertx;
    private final Duration pause;
    private Future<?> last = Future.succeededFuture();
    private boolean first = true;

    public RestartPace(Vertx vertx, Duration pause) {
        this.vertx = vertx;
        this.pause = pause;
    }

    /** Runs it when its turn has come. */
    synchronized <T> Future<T> restart(Supplier<Future<T>> action) {
        boolean waits = !first && !pause.isZero();
        first = false;
        var turn = last.<Object>mapEmpty()
                .otherwiseEmpty()
                .compose(before -> waits ? vertx.timer(pause.toMillis()).<Object>mapEmpty() : Future.succeededFuture())
                .compose(paused -> action.get());
        last = turn;
        return turn;
    }
}
