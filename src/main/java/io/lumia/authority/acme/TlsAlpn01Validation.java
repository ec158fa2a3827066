package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.config.AcmeConfig;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.xbill.DNS.ReverseMap;

/**
 * Finds out by a TLS handshake whether whoever answers at a name or address holds the account's key (RFC 8737; RFC 8738, 6). No application
 * data is exchanged.
 */
final class TlsAlpn01Validation implements Proof.Check {
    private static final String PROTOCOL = "acme-tls/1";

    private final Vertx vertx;
    private final AddressPolicy policy;
    private final int port;
    private final Duration timeout;

    TlsAlpn01Validation(Vertx vertx, AcmeConfig config, AddressPolicy policy) {
        this.vertx = vertx;
        this.policy = policy;
        port = config.tlsAlpn01Port();
        timeout = config.validationTimeout();
    }

    @Override
    public Future<Optional<Problem>> look(Proof proof, int number) {
        return proof.addresses()
                .get()
                .map(found -> policy.pin(proof.name(), found, number))
                .compose(address -> shake(address, proof));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** With a client of its own for each try: a resumed session would show the certificate of an earlier one. */
    private Future<Optional<Problem>> shake(InetAddress address, Proof proof) {
        var where = Printable.quoted(proof.name()) + " at " + address.getHostAddress() + " port " + port;
        var client = vertx.createNetClient(new NetClientOptions().setConnectTimeout((int) timeout.toMillis()));
        return client.connect(options(address, proof.name()))
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .map(socket -> judge(socket, where, proof))
                .recover(failure -> Future.failedFuture(unreached(failure, where)))
                .eventually(client::close);
    }

    private ConnectOptions options(InetAddress address, String name) {
        var tls = new ClientSSLOptions()
                .setTrustAll(true)
                .setHostnameVerificationAlgorithm("")
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of(PROTOCOL))
                .setSslHandshakeTimeout(timeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        return new ConnectOptions()
                .setRemoteAddress(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setSsl(true)
                .setSniServerName(serverName(name))
                .setSslOptions(tls);
    }

    /** An address cannot be a server name, so its reverse mapping is (RFC 8738, 6). */
    private static String serverName(String name) {
        return CertificateRequest.isAddress(name)
                ? ReverseMap.fromAddress(AddressRange.address(name)).toString(true)
                : name;
    }

    private static Optional<Problem> judge(NetSocket socket, String where, Proof proof) {
        if (!PROTOCOL.equals(socket.applicationLayerProtocol())) {
            return unproven(where + " did not agree on the protocol " + PROTOCOL);
        }
        try {
            return TlsAlpn01Certificate.fault(
                            (X509Certificate) socket.peerCertificates().get(0), proof.name(), proof.keyAuthorization())
                    .flatMap(fault -> unproven(where + " showed a certificate " + fault));
        } catch (SSLPeerUnverifiedException none) {
            return unproven(where + " showed no certificate");
        }
    }

    private static Optional<Problem> unproven(String what) {
        return Optional.of(Problem.of(Kind.UNAUTHORIZED, what));
    }

    private AcmeRefusal unreached(Throwable failure, String where) {
        if (failure instanceof AcmeRefusal refusal) {
            return refusal;
        }
        if (failure instanceof TimeoutException) {
            return new AcmeRefusal(
                    Kind.CONNECTION, where + " did not finish the handshake within " + timeout.toMillis() + " ms");
        }
        var cause = failure.getCause() == null ? failure : failure.getCause();
        var reason = Printable.quoted(String.valueOf(cause.getMessage()));
        return failure instanceof SSLException
                ? new AcmeRefusal(Kind.TLS, where + " broke the TLS handshake for " + PROTOCOL + " off: " + reason)
                : new AcmeRefusal(Kind.CONNECTION, where + " cannot be reached: " + reason);
    }
}
