package io.lumia.authority.acme;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.NonceSpent;
import io.lumia.bus.FleetBus.SpendNonce;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Uses nonces up at the node that gave them, so that two nodes that are shown the same one at once do not both take it. A nonce of a node that is
 * gone, or cannot be reached, is a bad one: the client gets another with the error (RFC 8555, 6.5).
 */
final class NonceDesk {
    private final Vertx vertx;
    private final Nonces own;

    NonceDesk(Vertx vertx, Nonces own) {
        this.vertx = vertx;
        this.own = own;
    }

    /** Answers other nodes from now on. */
    Future<Void> open() {
        return FleetBus.SPEND_NONCE.answerAsNode(
                vertx, asked -> Future.succeededFuture(new NonceSpent(own.spend(asked.nonce()))));
    }

    /** @return whether it was there */
    Future<Boolean> spend(String nonce) {
        return own.isOwn(nonce)
                ? Future.succeededFuture(own.spend(nonce))
                : Nonces.giver(nonce)
                        .map(giver -> FleetBus.SPEND_NONCE
                                .askNode(vertx, giver, new SpendNonce(nonce))
                                .map(NonceSpent::good)
                                .otherwise(false))
                        .orElseGet(() -> Future.succeededFuture(false));
    }
}
