package io.lumia.broker;

import static io.lumia.bus.FleetBus.ACCESS_DENIED;

import io.lumia.access.TopicFilter;
import io.lumia.bus.FleetBus.AccessDenied;
import io.lumia.x509.Printable;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.vertx.mqtt.MqttTopicSubscription;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import io.vertx.mqtt.messages.MqttUnsubscribeMessage;
import io.vertx.mqtt.messages.codes.MqttSubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttUnsubAckReasonCode;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one client subscribes to. On the connection's event loop. */
final class Subscribing {
    private static final Logger log = LoggerFactory.getLogger(Subscribing.class);
    private static final int MOST_SUBSCRIPTIONS = 1000;

    private final Hub hub;
    private final ClientConnection connection;
    private boolean told;

    Subscribing(Hub hub, ClientConnection connection) {
        this.hub = hub;
        this.connection = connection;
    }

    void listen() {
        connection.endpoint().subscribeHandler(asked -> {
            connection.heard();
            var session = connection.session();
            if (session != null) {
                session.withSession(connection, () -> subscribe(session, asked));
            }
        });
        connection.endpoint().unsubscribeHandler(asked -> {
            connection.heard();
            var session = connection.session();
            if (session != null) {
                session.withSession(connection, () -> unsubscribe(session, asked));
            }
        });
    }

    private void subscribe(Session session, MqttSubscribeMessage asked) {
        var codes = new ArrayList<MqttSubAckReasonCode>();
        var wantRetained = new ArrayList<Subscription>();
        for (MqttTopicSubscription topic : asked.topicSubscriptions()) {
            codes.add(subscribe(session, topic, wantRetained));
        }
        var unused = connection.attempt(() -> connection
                .endpoint()
                .subscribeAcknowledge(asked.messageId(), spoken(codes), MqttProperties.NO_PROPERTIES));
        wantRetained.forEach(hub.router()::deliverRetained);
    }

    private MqttSubAckReasonCode subscribe(
            Session session, MqttTopicSubscription asked, List<Subscription> wantRetained) {
        var text = asked.topicName();
        if (text.startsWith("$share/")) {
            return MqttSubAckReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        TopicFilter filter;
        try {
            filter = TopicFilter.parse(text);
        } catch (IllegalArgumentException invalid) {
            return MqttSubAckReasonCode.TOPIC_FILTER_INVALID;
        }
        if (!connection.rights().maySubscribe(filter)) {
            return denied(text);
        }
        if (session.subscriptionCount() >= MOST_SUBSCRIPTIONS) {
            return MqttSubAckReasonCode.QUOTA_EXCEEDED;
        }
        var options = asked.subscriptionOption();
        int granted = Math.min(asked.qualityOfService().value(), 1);
        var subscription =
                new Subscription(session, filter, granted, options.isNoLocal(), options.isRetainAsPublished());
        boolean fresh = session.subscribe(subscription);
        var handling = options.retainHandling();
        if (handling == RetainedHandlingPolicy.SEND_AT_SUBSCRIBE
                || (fresh && handling == RetainedHandlingPolicy.SEND_AT_SUBSCRIBE_IF_NOT_YET_EXISTS)) {
            wantRetained.add(subscription);
        }
        return granted == 0 ? MqttSubAckReasonCode.GRANTED_QOS0 : MqttSubAckReasonCode.GRANTED_QOS1;
    }

    private void unsubscribe(Session session, MqttUnsubscribeMessage asked) {
        var codes = new ArrayList<MqttUnsubAckReasonCode>();
        for (String text : asked.topics()) {
            codes.add(unsubscribe(session, text));
        }
        var unused = connection.attempt(() ->
                connection.endpoint().unsubscribeAcknowledge(asked.messageId(), codes, MqttProperties.NO_PROPERTIES));
    }

    private static MqttUnsubAckReasonCode unsubscribe(Session session, String text) {
        try {
            return session.unsubscribe(TopicFilter.parse(text))
                    ? MqttUnsubAckReasonCode.SUCCESS
                    : MqttUnsubAckReasonCode.NO_SUBSCRIPTION_EXISTED;
        } catch (IllegalArgumentException invalid) {
            return MqttUnsubAckReasonCode.TOPIC_FILTER_INVALID;
        }
    }

    private MqttSubAckReasonCode denied(String filter) {
        hub.counters().deniedSubscribe();
        var key = connection.key();
        ACCESS_DENIED.publish(hub.vertx(), new AccessDenied(key.identity(), key.clientId(), "subscribe", filter));
        (told ? log.atDebug() : log.atInfo())
                .addKeyValue("identity", key.identity())
                .addKeyValue("filter", Printable.quoted(filter))
                .log("subscribe denied: no rule covers the filter; a rule at broker.rules could allow it");
        told = true;
        return MqttSubAckReasonCode.NOT_AUTHORIZED;
    }

    /** MQTT 3.1.1 knows one failure, 0x80 (3.9.3). */
    private List<MqttSubAckReasonCode> spoken(List<MqttSubAckReasonCode> codes) {
        return connection.isMqtt5()
                ? codes
                : codes.stream()
                        .map(code -> code.value() < 0 ? MqttSubAckReasonCode.UNSPECIFIED_ERROR : code)
                        .toList();
    }
}
