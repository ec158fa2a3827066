package io.lumia.swarm.fault;

import io.lumia.agent.Agent;
import io.vertx.core.Future;

/** What a fault does to a device as a whole; called on the event loop of its swarm. */
public interface FaultyDevice {
    /** Its agent; another one after each {@link #powerOn}. */
    Agent agent();

    /** As if its battery were out: nothing of it goes on but what is on its disk. */
    Future<Void> powerOff();

    /** Begins again where the disk says it stopped. */
    Future<Void> powerOn();
}
