package io.lumia.mqtt;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Pings a server that nothing went to or came from, and notices when it does not answer (MQTT 5, 3.1.2.10). Looks twice in each keep-alive, so
 * that one passes without a packet from us at most, and a dead connection is noticed after one and a half.
 */
final class KeepAlive {
    private final Vertx vertx;
    private final Runnable ping;
    private final Runnable dead;
    private final long timer;
    private boolean sent;
    private boolean heard;
    private boolean waiting;

    /** @param keepAlive zero: nothing is pinged */
    KeepAlive(Vertx vertx, Duration keepAlive, Runnable ping, Runnable dead) {
        this.vertx = vertx;
        this.ping = ping;
        this.dead = dead;
        this.timer = keepAlive.isZero() ? -1 : vertx.setPeriodic(Math.max(1, keepAlive.toMillis() / 2), tick -> look());
    }

    void sent() {
        sent = true;
    }

    void heard() {
        heard = true;
        waiting = false;
    }

    void stop() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
    }

    void look() {
        if (waiting) {
            dead.run();
        } else if (!sent || !heard) {
            waiting = true;
            ping.run();
        }
        sent = false;
        heard = false;
    }
}
