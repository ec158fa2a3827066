package io.lumia.fakes;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real MQTT server over mutual TLS that keeps sessions, takes them over, and can be told to misbehave. */
public final class SmallBroker {
    public final List<String> received = new CopyOnWriteArrayList<>();
    public final List<Connected> connects = new CopyOnWriteArrayList<>();
    /** Client ids whose end was not a take-over. */
    public final List<String> ended = new CopyOnWriteArrayList<>();

    public final List<String> subscribed = new CopyOnWriteArrayList<>();
    private final Map<String, MqttEndpoint> open = new ConcurrentHashMap<>();
    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final Set<MqttEndpoint> takenOver = ConcurrentHashMap.newKeySet();
    private final MqttServer server;

    public volatile boolean acknowledging = true;
    public volatile boolean refusingProbes;
    public volatile boolean refusing;

    /** A CONNECT that was accepted. */
    public record Connected(String clientId, X509Certificate certificate, String address, boolean cleanSession) {}

    public SmallBroker(Vertx vertx, FleetCa ca) {
        var own = ca.issue("broker", List.of("localhost", "127.0.0.1"), Duration.ofDays(30));
        var options = new MqttServerOptions();
        options.setSsl(true)
                .setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(own)))
                .setTrustOptions(new FleetTrust(List.of(ca.root())).trustOptions());
        options.setClientAuth(ClientAuth.REQUIRED);
        server =
                MqttServer.create(vertx, options).endpointHandler(this::connect).exceptionHandler(broken -> {});
    }

    public Future<Integer> listen(int port) {
        return server.listen(port, "127.0.0.1").map(MqttServer::actualPort);
    }

    public Future<Void> close() {
        return server.close();
    }

    /** Ends the connection, as a network that breaks. */
    public void cut(String clientId) {
        open.get(clientId).close();
    }

    public void forgetSession(String clientId) {
        sessions.remove(clientId);
    }

    public void send(String clientId, String topic, String payload) {
        open.get(clientId).publish(topic, Buffer.buffer(payload), MqttQoS.AT_LEAST_ONCE, false, false);
    }

    private void connect(MqttEndpoint endpoint) {
        var id = endpoint.clientIdentifier();
        if (refusing || (refusingProbes && id.endsWith("!probe"))) {
            endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5);
            return;
        }
        connects.add(new Connected(
                id, certificate(endpoint), endpoint.remoteAddress().host(), endpoint.isCleanSession()));
        endpoint.publishHandler(message -> published(endpoint, message));
        endpoint.subscribeHandler(subscription -> {
            subscription.topicSubscriptions().forEach(each -> subscribed.add(id + " " + each.topicName()));
            endpoint.subscribeAcknowledge(
                    subscription.messageId(),
                    subscription.topicSubscriptions().stream()
                            .map(each -> each.qualityOfService())
                            .toList());
        });
        endpoint.closeHandler(closed -> {
            open.remove(id, endpoint);
            if (!takenOver.remove(endpoint)) {
                ended.add(id);
            }
        });
        var older = open.put(id, endpoint);
        if (older != null) {
            takenOver.add(older);
            older.close();
        }
        boolean present = !endpoint.isCleanSession() && !sessions.add(id);
        endpoint.accept(present);
    }

    private void published(MqttEndpoint endpoint, MqttPublishMessage message) {
        received.add(message.payload().toString());
        if (message.qosLevel() == MqttQoS.AT_LEAST_ONCE && acknowledging) {
            endpoint.publishAcknowledge(message.messageId());
        }
    }

    private static X509Certificate certificate(MqttEndpoint endpoint) {
        try {
            return (X509Certificate) endpoint.sslSession().getPeerCertificates()[0];
        } catch (Exception without) {
            throw new IllegalStateException("a client without certificate got through", without);
        }
    }
}
