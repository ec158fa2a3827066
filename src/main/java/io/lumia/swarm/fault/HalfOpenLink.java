package io.lumia.swarm.fault;

import io.vertx.core.Future;

/**
 * The device's connection carries nothing any more, and neither side is told: no FIN, no RST (RFC 9293, 3.5.1). Both find out by keep-alive
 * (MQTT 5, 3.1.2.10). For as long as it is set to last, new connections are of that kind as well.
 */
final class HalfOpenLink implements Fault {
    private final Link link;
    private final boolean newOnes;

    /** @param newOnes whether connections that are made meanwhile fall silent too */
    HalfOpenLink(Link link, boolean newOnes) {
        this.link = link;
        this.newOnes = newOnes;
    }

    @Override
    public Future<Void> begin() {
        link.silence(newOnes);
        return Future.succeededFuture();
    }

    /** When both sides gave the silent connections up. */
    @Override
    public Future<Void> over() {
        return newOnes ? Fault.super.over() : link.buried();
    }

    @Override
    public Future<Void> end() {
        link.up();
        return Future.succeededFuture();
    }
}
