package io.lumia.broker;

import static io.lumia.bus.FleetBus.ACCESS_DENIED;

import io.lumia.broker.Subscription.Asked;
import io.lumia.broker.durable.Change;
import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.lumia.bus.FleetBus.AccessDenied;
import io.lumia.x509.Printable;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one client subscribes to. On the connection's event loop. */
final class Subscribing {
    private static final Logger log = LoggerFactory.getLogger(Subscribing.class);

    private final Hub hub;
    private final ClientConnection connection;
    private boolean told;

    Subscribing(Hub hub, ClientConnection connection) {
        this.hub = hub;
        this.connection = connection;
    }

    void subscribe(MqttSubscribeMessage asked, Session session) {
        var filters = asked.payload().topicSubscriptions();
        var texts = filters.stream().map(MqttTopicSubscription::topicFilter).toList();
        if (!isSound(texts, ReasonCode.PROTOCOL_ERROR)) {
            return;
        }
        for (MqttTopicSubscription filter : filters) {
            if (filter.option().isNoLocal() && filter.topicFilter().startsWith("$share/")) {
                connection.violated(
                        ReasonCode.PROTOCOL_ERROR, "a shared subscription does not leave out its own (3.8.3.1)");
                return;
            }
        }
        session.withSession(connection, () -> subscribed(asked, session));
    }

    void unsubscribe(MqttUnsubscribeMessage asked, Session session) {
        var texts = asked.payload().topics();
        if (isSound(texts, ReasonCode.PROTOCOL_ERROR)) {
            session.withSession(connection, () -> {
                var codes = texts.stream()
                        .map(text ->
                                session.unsubscribe(text) ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED)
                        .toList();
                var kept = session.kept();
                var changes = kept == null
                        ? List.<Change>of()
                        : texts.stream().map(kept::unsubscribed).toList();
                session.whenKept(
                        connection,
                        changes,
                        () -> connection.send(Packets.unsuback(ClientConnection.packetId(asked), codes)));
            });
        }
    }

    private boolean isSound(List<String> filters, ReasonCode whenEmpty) {
        if (filters.isEmpty()) {
            connection.violated(whenEmpty, "there is at least one topic filter (3.8.3)");
            return false;
        }
        if (!filters.stream().allMatch(Publishing::isText)) {
            connection.violated(ReasonCode.MALFORMED_PACKET, "a topic filter is UTF-8 without NUL (1.5.4)");
            return false;
        }
        return true;
    }

    private void subscribed(MqttSubscribeMessage asked, Session session) {
        var properties = asked.idAndPropertiesVariableHeader().properties();
        int identifier = properties.getProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER) instanceof IntegerProperty given
                ? given.value()
                : 0;
        var result = new Result(new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        for (MqttTopicSubscription filter : asked.payload().topicSubscriptions()) {
            result.codes.add(subscribed(session, filter, identifier, result));
        }
        int packetId = ClientConnection.packetId(asked);
        var kept = session.kept();
        if (kept == null) {
            answer(packetId, result);
        } else {
            var changes = new ArrayList<Change>();
            result.granted.forEach((text, subscription) -> changes.add(kept.subscribed(text, subscription)));
            hub.ledger()
                    .offer(
                            changes,
                            connection.context(),
                            done -> session.withSession(connection, () -> stored(done, packetId, result, session)));
        }
    }

    /** What a SUBSCRIBE comes to: a code for each filter, and of those that are granted, which are new and which want retained messages. */
    private record Result(
            List<Integer> codes,
            Map<String, Subscription> granted,
            List<String> fresh,
            List<Subscription> wantRetained) {}

    private void answer(int packetId, Result result) {
        connection.send(Packets.suback(packetId, spoken(result.codes)));
        result.wantRetained.forEach(hub.router()::deliverRetained);
    }

    private void stored(boolean done, int packetId, Result result, Session session) {
        if (done) {
            answer(packetId, result);
            return;
        }
        for (String text : result.fresh) {
            var unused = session.unsubscribe(text);
        }
        int failed = ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR.code();
        var codes = result.codes.stream().map(code -> Math.max(code, failed)).toList();
        connection.send(Packets.suback(packetId, spoken(codes)));
    }

    private int subscribed(Session session, MqttTopicSubscription wanted, int identifier, Result result) {
        var text = wanted.topicFilter();
        if (text.length() > hub.config().limits().topicLength()) {
            return ReasonCode.TOPIC_FILTER_INVALID.code();
        }
        Asked asked;
        try {
            asked = Asked.parse(text, hub.config().limits().topicLevels());
        } catch (IllegalArgumentException invalid) {
            return ReasonCode.TOPIC_FILTER_INVALID.code();
        }
        if (!connection.rights().maySubscribe(asked.filter())) {
            return denied(text).code();
        }
        if (isOneTooMany(session) && !session.isSubscribed(text)) {
            return ReasonCode.QUOTA_EXCEEDED.code();
        }
        var options = wanted.option();
        int qos = options.qos().value();
        var subscription = new Subscription(
                session,
                asked.group(),
                asked.filter(),
                qos,
                options.isNoLocal(),
                options.isRetainAsPublished(),
                identifier);
        boolean fresh = session.subscribe(text, subscription);
        result.granted.put(text, subscription);
        if (fresh) {
            result.fresh.add(text);
        }
        if (asked.group() == null && wantsRetained(options.retainHandling(), fresh)) {
            result.wantRetained.add(subscription);
        }
        return qos;
    }

    private boolean isOneTooMany(Session session) {
        var limits = hub.config().limits();
        return session.subscriptionCount() >= limits.subscriptionsPerSession()
                || hub.sessions().tree().size() >= limits.subscriptions();
    }

    private static boolean wantsRetained(RetainedHandlingPolicy handling, boolean fresh) {
        return switch (handling) {
            case SEND_AT_SUBSCRIBE -> true;
            case SEND_AT_SUBSCRIBE_IF_NOT_YET_EXISTS -> fresh;
            case DONT_SEND_AT_SUBSCRIBE -> false;
        };
    }

    private ReasonCode denied(String filter) {
        hub.counters().deniedSubscribe();
        var key = connection.key();
        ACCESS_DENIED.publish(hub.vertx(), new AccessDenied(key.identity(), key.clientId(), "subscribe", filter));
        (told ? log.atDebug() : log.atInfo())
                .addKeyValue("identity", key.identity())
                .addKeyValue("filter", Printable.quoted(filter))
                .log("subscribe denied: no rule covers the filter; a rule at broker.rules could allow it");
        told = true;
        return ReasonCode.NOT_AUTHORIZED;
    }

    /** MQTT 3.1.1 knows one failure, 0x80 (3.9.3). */
    private List<Integer> spoken(List<Integer> codes) {
        return connection.terms().mqtt5()
                ? codes
                : codes.stream()
                        .map(code -> Math.min(code, ReasonCode.UNSPECIFIED_ERROR.code()))
                        .toList();
    }
}
