package io.lumia.tls;

import io.lumia.config.TlsConfig;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Proves by real handshakes what a listener serves: that a good client is let in and sees the expected certificate, and that a bad client is
 * turned away. With TLS 1.3 a client learns only after its handshake that its certificate was refused, so the connection is watched for a moment:
 * the longer, the longer the handshake took, since the machine may be busy, and longest where a refusal is what is hoped for.
 */
final class HandshakeProof {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration WATCHED = Duration.ofMillis(300);
    private static final Duration STRANGER_WATCHED = Duration.ofSeconds(2);
    private static final int HANDSHAKES_LONG = 10;

    private final Vertx vertx;
    private final TlsConfig tls;
    private final FleetTrust trust;
    private final String host;
    private final int port;
    private final Set<SocketAddress> strangers;

    /** @param strangers holds, while it is connected, the address of the client that must be turned away */
    HandshakeProof(Vertx vertx, TlsConfig tls, FleetTrust trust, String host, int port, Set<SocketAddress> strangers) {
        this.vertx = vertx;
        this.tls = tls;
        this.trust = trust;
        this.host = host;
        this.port = port;
        this.strangers = strangers;
    }

    /** Fails with a sentence unless a client with this certificate (null: none) stays connected and sees the expected leaf. */
    Future<Void> serves(Fingerprint expected, @Nullable TlsMaterial client) {
        return connect().compose(socket -> {
            long began = System.nanoTime();
            return handshake(socket, client)
                    .compose(shaken -> fingerprint(socket).equals(expected.hex())
                            ? turnedAway(socket, watched(began))
                                    .compose(away -> away
                                            ? Future.<Void>failedFuture("a good client was turned away")
                                            : Future.succeededFuture())
                            : socket.close().compose(closed -> Future.failedFuture("another certificate is served")));
        });
    }

    /** Fails with a sentence unless a client with this certificate is turned away. */
    Future<Void> refuses(TlsMaterial client) {
        return connect().compose(socket -> {
            var own = own(socket);
            strangers.add(own);
            return handshake(socket, client)
                    .compose(shaken -> turnedAway(socket, STRANGER_WATCHED))
                    .recover(failed -> failed instanceof TimeoutException
                            ? Future.failedFuture(failed)
                            : Future.succeededFuture(true))
                    .compose(away -> away
                            ? Future.<Void>succeededFuture()
                            : Future.failedFuture("a client of another CA was let in"))
                    .onComplete(known -> strangers.remove(own));
        });
    }

    private static SocketAddress own(NetSocket socket) {
        var local = socket.localAddress();
        return SocketAddress.inetSocketAddress(local.port(), local.hostAddress());
    }

    /** Plain at first: so its own address is known before the listener can refuse it. */
    private Future<NetSocket> connect() {
        var options = TlsOptions.apply(new NetClientOptions(), tls)
                .setSsl(false)
                .setConnectTimeout((int) PATIENCE.toMillis());
        var net = vertx.createNetClient(options);
        return net.connect(port, host)
                .onComplete(socket -> socket.closeHandler(closed -> close(net)), failed -> close(net));
    }

    private Future<NetSocket> handshake(NetSocket socket, @Nullable TlsMaterial client) {
        var options = TlsOptions.apply(new ClientSSLOptions(), tls)
                .setTrustOptions(trust.trustOptions())
                .setHostnameVerificationAlgorithm("");
        if (client != null) {
            options.setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(client)));
        }
        return socket.upgradeToSsl(options)
                .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(failed -> socket.close().onComplete(closed -> {}))
                .map(socket);
    }

    private static void close(io.vertx.core.net.NetClient net) {
        net.close().onComplete(done -> {});
    }

    private static Duration watched(long handshakeBegan) {
        var slow = Duration.ofNanos(System.nanoTime() - handshakeBegan).multipliedBy(HANDSHAKES_LONG);
        var most = PATIENCE.compareTo(slow) < 0 ? PATIENCE : slow;
        return WATCHED.compareTo(most) < 0 ? most : WATCHED;
    }

    /** Whether the listener closes the connection within this time; closes it otherwise. */
    private Future<Boolean> turnedAway(NetSocket socket, Duration time) {
        var verdict = Promise.<Boolean>promise();
        socket.exceptionHandler(alert -> verdict.tryComplete(true));
        socket.endHandler(ended -> verdict.tryComplete(true));
        long timer = vertx.setTimer(time.toMillis(), waited -> verdict.tryComplete(false));
        return verdict.future()
                .onComplete(known -> vertx.cancelTimer(timer))
                .compose(away -> socket.close().otherwiseEmpty().map(away));
    }

    private static String fingerprint(NetSocket socket) {
        try {
            return Fingerprint.of((X509Certificate) socket.sslSession().getPeerCertificates()[0])
                    .hex();
        } catch (javax.net.ssl.SSLPeerUnverifiedException noCertificate) {
            return "";
        }
    }
}
