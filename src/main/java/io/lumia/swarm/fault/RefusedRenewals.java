package io.lumia.swarm.fault;

import io.vertx.core.Future;

/** The CA refuses what the device orders; the device goes on with the certificate it has. */
final class RefusedRenewals implements Fault {
    private final StrangerOrders orders;

    RefusedRenewals(StrangerOrders orders) {
        this.orders = orders;
    }

    @Override
    public Future<Void> begin() {
        return orders.estrange();
    }

    @Override
    public Future<Void> end() {
        orders.reconcile();
        return Future.succeededFuture();
    }
}
