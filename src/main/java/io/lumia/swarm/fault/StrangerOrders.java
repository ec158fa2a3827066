package io.lumia.swarm.fault;

import io.lumia.agent.CertificateOrder;
import io.lumia.agent.StepFailed;
import io.lumia.crypto.KeyPairs;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Orders of one device; while they are to be refused, they come from the account of a key that never claimed its name. A CA that binds names to
 * keys refuses them as it would after the name was released; what another CA issues is thrown away.
 */
final class StrangerOrders implements CertificateOrder {
    private final CertificateOrder plain;
    private final WorkerExecutor workers;
    private @Nullable KeyPair stranger;

    StrangerOrders(CertificateOrder plain, WorkerExecutor workers) {
        this.plain = plain;
        this.workers = workers;
    }

    /** Completes when every order from now on is a stranger's. */
    Future<Void> estrange() {
        return workers.executeBlocking(KeyPairs::p256, false).map(key -> {
            stranger = key;
            return null;
        });
    }

    void reconcile() {
        stranger = null;
    }

    @Override
    public Future<TlsMaterial> place(Request request) {
        var key = stranger;
        if (key == null) {
            return plain.place(request);
        }
        var asked = new Request(
                request.device(), request.dnsName(), key, request.directory(), request.trust(), request.address());
        return plain.place(asked)
                .compose(issued -> Future.failedFuture(StepFailed.operator(
                        StepFailed.Reason.REFUSED,
                        "this CA gives the name to any key, so the certificate was thrown away (fault"
                                + " renewal-refused)")));
    }

    @Override
    public boolean certifiesName() {
        return plain.certifiesName();
    }

    @Override
    public List<Path> files(DeviceName device) {
        return plain.files(device);
    }
}
