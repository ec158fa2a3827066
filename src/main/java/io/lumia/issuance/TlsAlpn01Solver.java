package io.lumia.issuance;

import io.lumia.config.HostPort;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Answers tls-alpn-01 (RFC 8737) at one address; the port is open only while a challenge is pending. */
final class TlsAlpn01Solver implements ChallengeSolver {
    private static final String PROTOCOL = "acme-tls/1";
    private static final int BIND_TRIES = 4;
    private static final long BIND_PAUSE_MILLIS = 50;

    private final Vertx vertx;
    private final HostPort at;
    private final Clock clock;
    private final AlpnKeys keys = new AlpnKeys();
    private Optional<Future<NetServer>> server = Optional.empty();
    private Future<Void> closing = Future.succeededFuture();

    TlsAlpn01Solver(Vertx vertx, HostPort at, Clock clock) {
        this.vertx = vertx;
        this.at = at;
        this.clock = clock;
    }

    @Override
    public String type() {
        return "tls-alpn-01";
    }

    @Override
    public synchronized Future<Void> present(Proof proof) {
        keys.put(proof, clock.instant());
        if (server.isEmpty()) {
            server = Optional.of(closing.compose(free -> bind(BIND_TRIES)));
        }
        return server.get().<Void>mapEmpty().recover(taken -> {
            var unused = remove(proof);
            return Future.failedFuture(new IssuanceFailed(
                    Reason.CHALLENGE,
                    "cannot answer the tls-alpn-01 challenge at " + at + " (" + taken.getMessage()
                            + "): free the port, let Lumia bind it (CAP_NET_BIND_SERVICE below 1024), or set"
                            + " challenge-address",
                    null,
                    taken));
        });
    }

    @Override
    public synchronized Future<Void> remove(Proof proof) {
        keys.remove(proof);
        if (server.isEmpty() || !keys.isEmpty()) {
            return Future.succeededFuture();
        }
        closing = server.get().compose(NetServer::close).otherwiseEmpty();
        server = Optional.empty();
        return closing;
    }

    /** A server that was closed frees its port a moment after it says so. */
    private Future<NetServer> bind(int tries) {
        return vertx.createNetServer(options())
                .connectHandler(TlsAlpn01Solver::nothingToSay)
                .listen(at.port(), at.host())
                .recover(taken -> tries == 1
                        ? Future.failedFuture(taken)
                        : vertx.timer(BIND_PAUSE_MILLIS).compose(waited -> bind(tries - 1)));
    }

    /** No application data is exchanged (RFC 8737, 3). */
    private static void nothingToSay(NetSocket socket) {
        socket.handler(ignored -> {});
    }

    /** With the platform's TLS, which tells the key manager the server name that is asked for. */
    private NetServerOptions options() {
        var options =
                new NetServerOptions().setSsl(true).setUseAlpn(true).setSslEngineOptions(new JdkSSLEngineOptions());
        options.setKeyCertOptions(KeyCertOptions.wrap(keys));
        options.getSslOptions().setApplicationLayerProtocols(List.of(PROTOCOL));
        return options;
    }
}
