package io.lumia.bench.mqtt;

import io.netty.buffer.ByteBuf;

/** Hears of what comes on a link, on its event loop. */
public interface LinkListener {
    /** Hears nothing. */
    LinkListener DEAF = new LinkListener() {};

    /**
     * A PUBLISH; acknowledged afterwards.
     *
     * @param payload only valid during the call
     */
    default void message(ByteBuf payload) {}

    /**
     * A PUBACK.
     *
     * @param reason below 0x80: taken
     */
    default void acknowledged(int packetId, int reason) {}

    /**
     * The connection is gone.
     *
     * @param reason of the broker's DISCONNECT; -1: it sent none
     */
    default void closed(Link link, int reason) {}
}
