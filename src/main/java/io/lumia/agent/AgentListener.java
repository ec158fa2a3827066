package io.lumia.agent;

import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;

/** Hears what happens to an identity; called on the context that started the agent. */
public interface AgentListener {
    /** A connection stands, the first or a later one; not called for a swap of certificates, which nobody needs to notice. */
    default void connected() {}

    /** The connection was lost; the agent reconnects by itself. */
    default void disconnected() {}

    /** A certificate was replaced by a new one that is in use now. */
    default void renewed() {}

    /** A connection ended that nobody here had given up, also the old one of a swap, which its broker ends by the take-over. */
    default void ended(Ending ending) {}

    /** A renewal failed; the old certificate stays in use and the renewal is tried again. The reason is one of a small set. */
    default void notRenewed(String reason) {}

    /** The state changed. */
    default void entered(AgentState state) {}

    /** A message arrived; at QoS 1 possibly for the second time. */
    default void message(Message message) {}
}
