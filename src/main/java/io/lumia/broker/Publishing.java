package io.lumia.broker;

import static io.lumia.bus.FleetBus.ACCESS_DENIED;

import io.lumia.access.TopicFilter;
import io.lumia.broker.Router.Route;
import io.lumia.bus.FleetBus.AccessDenied;
import io.lumia.x509.Printable;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubRecReasonCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one client publishes, and its acknowledgements of what it received. On the connection's event loop. */
final class Publishing {
    private static final Logger log = LoggerFactory.getLogger(Publishing.class);
    private static final int REMEMBERED_TOPICS = 64;

    private final Hub hub;
    private final ClientConnection connection;
    private final Map<String, Route> routes = new HashMap<>();
    private boolean told;

    Publishing(Hub hub, ClientConnection connection) {
        this.hub = hub;
        this.connection = connection;
    }

    void listen() {
        var endpoint = connection.endpoint();
        endpoint.publishHandler(this::published);
        endpoint.publishAcknowledgeHandler(this::acknowledged);
        endpoint.publishReleaseHandler(this::released);
    }

    private void published(MqttPublishMessage message) {
        connection.heard();
        var session = connection.session();
        if (session == null) {
            return;
        }
        hub.counters().received(message.qosLevel().value());
        var topic = message.topicName();
        if (!TopicFilter.isTopic(topic)) {
            connection.closeHere(CloseReason.PROTOCOL_ERROR);
            return;
        }
        var route = route(topic);
        boolean repeated = message.qosLevel().value() == 2 && !session.receiveOnce(message.messageId());
        if (route.allowed() && !repeated) {
            hub.router().publish(Message.of(message, connection.key()), route);
        }
        answer(message, route.allowed());
    }

    /** MQTT 3.1.1 cannot say no to a PUBLISH: it is acknowledged and dropped (3.3.5). */
    private void answer(MqttPublishMessage message, boolean allowed) {
        int packetId = message.messageId();
        boolean refuse = !allowed && connection.isMqtt5();
        var unused = connection.attempt(() -> {
            switch (message.qosLevel()) {
                case AT_LEAST_ONCE ->
                    connection
                            .endpoint()
                            .publishAcknowledge(
                                    packetId,
                                    refuse ? MqttPubAckReasonCode.NOT_AUTHORIZED : MqttPubAckReasonCode.SUCCESS,
                                    MqttProperties.NO_PROPERTIES);
                case EXACTLY_ONCE -> received(packetId, refuse);
                default -> {}
            }
        });
    }

    private void received(int packetId, boolean refuse) {
        if (refuse) {
            // a PUBREC that refuses ends the exchange (MQTT 5, 4.3.3)
            Objects.requireNonNull(connection.session()).release(packetId);
        }
        connection
                .endpoint()
                .publishReceived(
                        packetId,
                        refuse ? MqttPubRecReasonCode.NOT_AUTHORIZED : MqttPubRecReasonCode.SUCCESS,
                        MqttProperties.NO_PROPERTIES);
    }

    private void released(int packetId) {
        connection.heard();
        var session = connection.session();
        if (session != null) {
            session.release(packetId);
            var unused = connection.attempt(() -> connection.endpoint().publishComplete(packetId));
        }
    }

    private void acknowledged(int packetId) {
        connection.heard();
        var session = connection.session();
        if (session != null) {
            session.withSession(connection, () -> session.outbox().acknowledged(packetId));
        }
    }

    /** Rights and subscribers of a topic, kept while no subscription changes: clients publish to few topics, often. */
    private Route route(String topic) {
        @Nullable Route known = routes.get(topic);
        if (known != null && !known.allowed()) {
            hub.counters().deniedPublish();
            return known;
        }
        if (known != null && hub.router().isCurrent(known)) {
            return known;
        }
        if (routes.size() >= REMEMBERED_TOPICS) {
            routes.clear();
        }
        var fresh = connection.rights().mayPublish(topic) ? hub.router().route(topic) : denied(topic);
        routes.put(topic, fresh);
        return fresh;
    }

    private Route denied(String topic) {
        hub.counters().deniedPublish();
        var key = connection.key();
        ACCESS_DENIED.publish(hub.vertx(), new AccessDenied(key.identity(), key.clientId(), "publish", topic));
        (told ? log.atDebug() : log.atInfo())
                .addKeyValue("identity", key.identity())
                .addKeyValue("topic", Printable.quoted(topic))
                .log("publish denied: the topic is not the identity's own; a rule at broker.rules could allow it");
        told = true;
        return Route.DENIED;
    }
}
