package io.lumia.renewal;

import io.vertx.core.Future;
import java.time.Duration;

/** Which of several nodes renews an instance that all of them could, since its server is reached over the network. */
@FunctionalInterface
public interface RenewalTurn {
    /** Where nobody else could do it. */
    RenewalTurn ALONE = (instance, time) -> Future.succeededFuture(true);

    /**
     * Takes the turn for this time, or keeps it for as long again.
     *
     * @return false: another node has it; a failure: nobody can tell now
     */
    Future<Boolean> take(String instance, Duration time);
}
