package io.lumia.simulation;

import java.time.Duration;

/**
 * The CA does not answer.
 *
 * @param from since the begin of the simulation
 * @param lasting how long
 */
public record Outage(Duration from, Duration lasting) {
    /** When it answers again. */
    public Duration end() {
        return from.plus(lasting);
    }
}
