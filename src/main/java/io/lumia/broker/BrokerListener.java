package io.lumia.broker;

import io.lumia.access.TopicFilter;
import io.lumia.broker.Admission.Verdict;
import io.lumia.broker.Admission.Verdict.Admitted;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop's share of the broker: its connections, from CONNECT to their end. */
final class BrokerListener extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(BrokerListener.class);
    private static final int LONGEST_CLIENT_ID = 1024;
    private static final long LOOK_EVERY_MS = 500;

    private final Hub hub;
    private final Admission admission;
    private final Refusals refusals;
    private final MqttServerOptions options;
    private final int port;
    private final Set<ClientConnection> connections = new HashSet<>();
    private @Nullable MqttServer server;

    /** @param port negative: a free one, the same for all listeners with this number */
    BrokerListener(Hub hub, Admission admission, Refusals refusals, MqttServerOptions options, int port) {
        this.hub = hub;
        this.admission = admission;
        this.refusals = refusals;
        this.options = options;
        this.port = port;
    }

    @Override
    public Future<?> start() {
        context.exceptionHandler(BrokerListener::uncaught);
        var listening = MqttServer.create(vertx, options);
        server = listening;
        if (hub.config().closeExpired()) {
            vertx.setPeriodic(LOOK_EVERY_MS, tick -> closeExpired());
        }
        return listening
                .endpointHandler(this::arrived)
                .listen(port, hub.config().host());
    }

    /** The port it listens on. */
    int port() {
        return server == null ? 0 : server.actualPort();
    }

    @Override
    public Future<?> stop() {
        var closing = List.copyOf(connections).stream()
                .map(connection -> connection.close(CloseReason.SHUTDOWN))
                .toList();
        var open = server;
        return Future.join(closing).transform(drained -> open == null ? Future.succeededFuture() : open.close());
    }

    private void arrived(MqttEndpoint endpoint) {
        var address = endpoint.remoteAddress().hostAddress();
        var certificate = certificate(endpoint);
        var id = endpoint.clientIdentifier();
        if (id != null && id.length() > LONGEST_CLIENT_ID) {
            refuse(endpoint, Refusal.CLIENT_ID, certificate, address);
        } else if (!hub.connections().reserve()) {
            refuse(endpoint, Refusal.FULL, certificate, address);
        } else {
            admission
                    .judge(certificate)
                    .onComplete(verdict -> judged(endpoint, verdict.result(), certificate, address));
        }
    }

    private void judged(MqttEndpoint endpoint, Verdict verdict, @Nullable X509Certificate certificate, String address) {
        if (verdict instanceof Admitted admitted) {
            admit(endpoint, admitted, certificate, address);
        } else if (verdict instanceof Verdict.Refused refused) {
            hub.connections().release();
            refuse(endpoint, refused.refusal(), certificate, address);
        }
    }

    private void admit(
            MqttEndpoint endpoint, Admitted admitted, @Nullable X509Certificate certificate, String address) {
        ConnectTerms terms;
        try {
            terms = ConnectTerms.of(endpoint, hub.config());
        } catch (IllegalArgumentException goneMeanwhile) {
            hub.connections().release();
            return;
        }
        var rights = admitted.member()
                ? hub.acl().member(admitted.identity(), terms.clientId())
                : hub.acl().guest(admitted.identity(), terms.clientId());
        var will = endpoint.will();
        if (will != null && will.isWillFlag()) {
            var topic = will.getWillTopic();
            if (!TopicFilter.isTopic(topic) || !rights.mayPublish(topic)) {
                hub.connections().release();
                refuse(
                        endpoint,
                        TopicFilter.isTopic(topic) ? Refusal.WILL_TOPIC : Refusal.WILL_INVALID,
                        certificate,
                        address);
                return;
            }
        }
        var connection =
                new ClientConnection(hub, endpoint, context, admitted, terms, rights, address, connections::remove);
        attach(connection, endpoint, certificate, address);
    }

    private void attach(
            ClientConnection connection, MqttEndpoint endpoint, @Nullable X509Certificate certificate, String address) {
        connections.add(connection);
        if (!hub.connections().add(connection)) {
            refuse(endpoint, Refusal.REVOKED, certificate, address);
            connection.closeHere(CloseReason.REVOKED);
        } else if (!connection.open()) {
            connection.closeHere(CloseReason.CONNECTION_LOST);
        } else {
            hub.sessions().attach(connection);
        }
    }

    private void refuse(MqttEndpoint endpoint, Refusal refusal, @Nullable X509Certificate certificate, String address) {
        var identity = certificate == null ? null : Admission.commonName(certificate);
        refusals.refused(refusal, identity, endpoint.clientIdentifier(), address);
        boolean mqtt5 = ConnectTerms.isMqtt5(endpoint);
        var properties = new MqttProperties();
        if (mqtt5) {
            properties.add(new StringProperty(MqttProperties.REASON_STRING, refusal.advice()));
        }
        try {
            endpoint.reject(refusal.code(mqtt5), properties);
        } catch (IllegalArgumentException | IllegalStateException goneMeanwhile) {
            log.atDebug().addKeyValue("address", address).log("refused client was gone already");
        }
    }

    /** By looking at the clock now and then, not by a timer for each: so it holds after the clock was set and after a suspend. */
    private void closeExpired() {
        var now = hub.clock().instant();
        for (ClientConnection connection : List.copyOf(connections)) {
            if (now.isAfter(connection.certificateEnds())) {
                connection.closeHere(CloseReason.EXPIRED);
            }
        }
    }

    private static @Nullable X509Certificate certificate(MqttEndpoint endpoint) {
        try {
            var session = endpoint.sslSession();
            return session != null && session.getPeerCertificates()[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException noCertificate) {
            return null;
        }
    }

    /** vertx-mqtt throws when a client talks before CONNACK or after its end, and closes the connection itself. */
    private static void uncaught(Throwable failure) {
        if (failure instanceof IllegalArgumentException) {
            log.atDebug().addKeyValue("reason", failure.getMessage()).log("client talks out of turn");
        } else {
            log.atError().setCause(failure).log("broker failed to handle a packet");
        }
    }
}
