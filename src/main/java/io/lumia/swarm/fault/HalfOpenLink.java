package io.lumia.swarm.fault;

import io.vertx.core.Future;

/**
 * The device's connection carries nothing any more, and neither side is told: no FIN, no RST (RFC 9293, 3.5.1). Both find out by keep-alive
 * (MQTT 5, 3.1.2.10). Usually only that connection is dead, as when a router forgot it, and a new one works; where it is set how long it lasts,
 * nothing gets through for so long.
 */
final class HalfOpenLink implements Fault {
    private final Link link;
    private final boolean nothing;

    /** @param nothing whether new connections carry nothing either */
    HalfOpenLink(Link link, boolean nothing) {
        this.link = link;
        this.nothing = nothing;
    }

    @Override
    public Future<Void> begin() {
        if (nothing) {
            link.stall();
        } else {
            link.silence();
        }
        return Future.succeededFuture();
    }

    /** When both sides gave the dead connections up. */
    @Override
    public Future<Void> over() {
        return nothing ? Fault.super.over() : link.buried();
    }

    @Override
    public Future<Void> end() {
        link.up();
        return Future.succeededFuture();
    }
}
