package io.lumia.swarm.fault;

import io.vertx.core.Future;
import java.time.Duration;

/** The device's clock is wrong: it looks at validity, renewal and the time of its telemetry by that. */
final class WrongClock implements Fault {
    private final ShiftedClock clock;
    private final Duration by;
    private final FaultyDevice device;

    /** @param by negative: behind */
    WrongClock(ShiftedClock clock, Duration by, FaultyDevice device) {
        this.clock = clock;
        this.by = by;
        this.device = device;
    }

    @Override
    public Future<Void> begin() {
        return set(by);
    }

    @Override
    public Future<Void> end() {
        return set(Duration.ZERO);
    }

    /** Nobody sleeps past a clock that was set: the agent looks at it every minute, here at once. */
    private Future<Void> set(Duration wrongBy) {
        clock.shift(wrongBy);
        device.agent().look();
        return Future.succeededFuture();
    }
}
