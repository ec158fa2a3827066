package io.lumia.tls;

import io.lumia.config.TlsConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.net.SocketAddress;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Proves by handshakes what a running listener serves and whom it lets in; before it listens there is nothing to prove. */
final class ListenerProof {
    private final Vertx vertx;
    private final TlsConfig tls;
    private final ListenerIssuance issuance;
    private final WorkerExecutor worker;
    private final Clock clock;
    private final Set<SocketAddress> strangers = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Reachable reachable;

    private record Reachable(String host, int port, boolean clientCertificates) {}

    ListenerProof(Vertx vertx, TlsConfig tls, ListenerIssuance issuance, WorkerExecutor worker, Clock clock) {
        this.vertx = vertx;
        this.tls = tls;
        this.issuance = issuance;
        this.worker = worker;
        this.clock = clock;
    }

    /** @param clientCertificates whether the listener demands them */
    void listening(String host, int port, boolean clientCertificates) {
        reachable = new Reachable(host(host), port, clientCertificates);
    }

    boolean isOwnStranger(String address, int port) {
        return port > 0 && strangers.contains(SocketAddress.inetSocketAddress(port, address));
    }

    /** @param trust with which a client accepts what is served */
    Future<Void> of(TlsMaterial served, FleetTrust trust) {
        var where = reachable;
        if (where == null) {
            return Future.succeededFuture();
        }
        var proof = new HandshakeProof(vertx, tls, trust, where.host, where.port, strangers);
        if (!where.clientCertificates) {
            return proof.serves(served.fingerprint(), null);
        }
        return issuance.goodClient()
                .compose(good -> proof.serves(served.fingerprint(), good))
                .compose(
                        proved -> worker.executeBlocking(() -> SelfSigned.material("stranger", clock.instant()), false))
                .compose(proof::refuses);
    }

    private static String host(String host) {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::", "0:0:0:0:0:0:0:0" -> "::1";
            default -> host;
        };
    }
}
