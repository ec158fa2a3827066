package io.lumia.swarm.fault;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** One thing that goes wrong with one device. All on the event loop of its swarm. */
interface Fault {
    /** Takes hold; completes when it has. Called once. */
    Future<Void> begin();

    /** Lets go; the device recovers by itself. Called once, after {@link #begin}. */
    Future<Void> end();

    /** Completes when it is over by itself; usually never. Asked after {@link #begin}. */
    default Future<Void> over() {
        return Promise.<Void>promise().future();
    }
}
