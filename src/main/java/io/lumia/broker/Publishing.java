package io.lumia.broker;

import static io.lumia.bus.FleetBus.ACCESS_DENIED;

import io.lumia.access.TopicFilter;
import io.lumia.broker.Router.Route;
import io.lumia.broker.wire.ReasonCode;
import io.lumia.bus.FleetBus.AccessDenied;
import io.lumia.x509.Printable;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one client publishes. On the connection's event loop. */
final class Publishing {
    private static final Logger log = LoggerFactory.getLogger(Publishing.class);
    private static final int REMEMBERED_TOPICS = 64;
    private static final long BREATH_MS = 5;
    private static final int COSTLY = 2000;
    /** Measured: a node costs 0.05 to 0.2 µs, so such a client gets a tenth of its event loop at most. */
    private static final int COST_PER_MS = 500;

    private final Hub hub;
    private final ClientConnection connection;
    private final TopicAliases aliases;
    private final Map<String, Route> routes = new HashMap<>();
    private int resting;
    private boolean told;

    Publishing(Hub hub, ClientConnection connection, TopicAliases aliases) {
        this.hub = hub;
        this.connection = connection;
        this.aliases = aliases;
    }

    void published(MqttPublishMessage packet, Session session) {
        try {
            var topic = topic(packet);
            if (topic != null) {
                published(packet, topic, session);
            }
        } finally {
            packet.release();
        }
    }

    private void published(MqttPublishMessage packet, String topic, Session session) {
        int qos = packet.fixedHeader().qosLevel().value();
        int packetId = packet.variableHeader().packetId();
        hub.counters().received(qos);
        boolean repeated = qos == 2 && !session.receiveOnce(packetId);
        if (qos == 2 && !repeated && connection.acknowledging().isOneTooMany()) {
            connection.violated(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "more unfinished QoS 2 messages than CONNACK allows (3.3.4)");
            return;
        }
        if (isTooDeep(topic)) {
            connection.acknowledging().answer(qos, packetId, ReasonCode.TOPIC_NAME_INVALID, session);
            return;
        }
        var route = route(topic);
        if (!route.allowed()) {
            connection.acknowledging().answer(qos, packetId, ReasonCode.NOT_AUTHORIZED, session);
        } else if (repeated) {
            connection.acknowledging().answerAgain(packetId, outcome(route), session);
        } else {
            pass(Message.of(packet, topic, connection.key(), hub.clock()), route, packetId, session);
        }
    }

    private static ReasonCode outcome(Route route) {
        return route.reachesNobody() ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
    }

    private void pass(Message message, Route route, int packetId, Session session) {
        var passed = hub.router().publish(message, route);
        var posting = passed.posting();
        var publisher = message.qos() == 2 ? session.kept() : null;
        if (publisher != null) {
            posting = posting == null ? new Posting(hub.ledger()) : posting;
            posting.add(publisher.received(packetId));
        }
        if (posting == null) {
            connection.acknowledging().answer(message.qos(), packetId, outcome(route), session);
        } else {
            post(posting, message.qos(), packetId, outcome(route), session);
        }
        int cost = route.matches().groups().size();
        if (passed.crowded() || hub.ledger().isBehind() || cost > COSTLY) {
            rest(BREATH_MS + cost / COST_PER_MS);
        }
    }

    /** Acknowledged is what is in the store. */
    private void post(Posting posting, int qos, int packetId, ReasonCode outcome, Session session) {
        var answer = connection.acknowledging().later(qos, packetId);
        hub.ledger().offer(posting.changes(), connection.context(), kept -> {
            if ((kept || qos == 0) && posting.deliver(kept)) {
                rest(BREATH_MS);
            }
            connection
                    .acknowledging()
                    .ready(answer, kept ? outcome : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, session);
        });
    }

    /** When a subscriber or the disk is behind, this client waits a moment: the queues between the threads stay short. */
    private void rest(long millis) {
        resting++;
        connection.channel().hold();
        hub.vertx().setTimer(millis, rested -> {
            if (--resting > 0) {
                return;
            }
            if (hub.ledger().isBehind()) {
                rest(BREATH_MS);
            } else {
                connection.channel().resume();
            }
        });
    }

    /** @return null when the packet was not acceptable and the connection ends */
    private @Nullable String topic(MqttPublishMessage packet) {
        var given = packet.variableHeader().topicName();
        var properties = packet.variableHeader().properties();
        if (given.length() > hub.config().limits().topicLength()) {
            connection.violated(ReasonCode.TOPIC_NAME_INVALID, "a topic longer than broker.limits.topic-length");
            return null;
        }
        @Nullable String topic = given;
        if (properties.getProperty(MqttProperties.TOPIC_ALIAS) instanceof IntegerProperty alias) {
            if (!aliases.isAllowed(alias.value())) {
                connection.violated(ReasonCode.TOPIC_ALIAS_INVALID, "a topic alias that CONNACK does not allow");
                return null;
            }
            topic = aliases.resolve(given, alias.value());
        }
        if (topic == null || topic.isEmpty()) {
            var code = connection.terms().mqtt5() ? ReasonCode.PROTOCOL_ERROR : ReasonCode.TOPIC_NAME_INVALID;
            connection.violated(code, "a PUBLISH has a topic, or an alias that stands for one (3.3.2.1)");
            return null;
        }
        if (!isText(topic)) {
            connection.violated(ReasonCode.MALFORMED_PACKET, "a topic is UTF-8 without NUL (1.5.4)");
            return null;
        }
        if (properties.getProperty(MqttProperties.RESPONSE_TOPIC) instanceof StringProperty response
                && !TopicFilter.isTopic(response.value())) {
            connection.violated(ReasonCode.PROTOCOL_ERROR, "a response topic is a topic name (3.3.2.3.5)");
            return null;
        }
        return topic;
    }

    /** Netty puts U+FFFD where the bytes are no UTF-8. */
    static boolean isText(String text) {
        return text.indexOf('\0') < 0 && text.indexOf('\ufffd') < 0;
    }

    private boolean isTooDeep(String topic) {
        int levels = 1;
        for (int at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) {
            levels++;
        }
        return levels > hub.config().limits().topicLevels();
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
        var fresh = connection.rights().mayPublish(topic) ? hub.router().route(topic, connection.key()) : denied(topic);
        if (fresh.matches().visited() > COSTLY) {
            rest(fresh.matches().visited() / COST_PER_MS); // filters made so that a topic matches by many ways
        }
        routes.put(topic, fresh);
        return fresh;
    }

    /** What was remembered is asked anew. */
    void rightsChanged() {
        routes.clear();
        told = false;
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
