package io.lumia.fakes;

import io.lumia.agent.CertificateOrder;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Orders that the test's CA fulfils at once, or refuses. */
public final class FakeOrders implements CertificateOrder {
    public final List<Request> placed = new CopyOnWriteArrayList<>();
    public volatile Duration lifetime = Duration.ofHours(24);
    public volatile Exception failure;
    public volatile String nameInstead;

    private final FleetCa ca;

    public FakeOrders(FleetCa ca) {
        this.ca = ca;
    }

    @Override
    public Future<TlsMaterial> place(Request request) {
        placed.add(request);
        if (failure != null) {
            return Future.failedFuture(failure);
        }
        var name = nameInstead == null ? request.dnsName() : nameInstead;
        return Future.succeededFuture(ca.issue(request.device().value(), List.of(name), lifetime));
    }
}
