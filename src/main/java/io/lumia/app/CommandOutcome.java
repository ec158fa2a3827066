package io.lumia.app;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/** What became of a command. */
sealed interface CommandOutcome {
    /** @param took from sending to the answer */
    record Answered(Buffer payload, Duration took) implements CommandOutcome {}

    /** No answer came in time; the device may have acted all the same. */
    record TimedOut(Duration after) implements CommandOutcome {}

    /** It did not reach the broker, or the broker did not want it. */
    record NotSent(String reason) implements CommandOutcome {}
}
