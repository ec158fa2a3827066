package io.lumia.broker;

import java.util.Arrays;

/**
 * A session that wants a topic, by one or several of its subscriptions: it gets one copy (MQTT 5, 3.3.4).
 *
 * @param qos the highest granted
 * @param retainAsPublished whether one of them asks for the flag
 * @param identifiers of all that have one
 */
@SuppressWarnings("ArrayRecordComponent") // one copy for all sessions; compared by nobody
record Target(Session session, int qos, boolean retainAsPublished, int[] identifiers) {
    static Target of(Subscription subscription) {
        return new Target(
                subscription.session(),
                subscription.qos(),
                subscription.retainAsPublished(),
                subscription.identifiers());
    }

    Target and(Target other) {
        var both = Arrays.copyOf(identifiers, identifiers.length + other.identifiers.length);
        System.arraycopy(other.identifiers, 0, both, identifiers.length, other.identifiers.length);
        return new Target(session, Math.max(qos, other.qos), retainAsPublished || other.retainAsPublished, both);
    }

    Delivery delivery(Message message) {
        return new Delivery(
                message, Math.min(message.qos(), qos), message.retain() && retainAsPublished, identifiers, null);
    }
}
