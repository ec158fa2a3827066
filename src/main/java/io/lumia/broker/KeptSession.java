package io.lumia.broker;

import io.lumia.broker.durable.Change;
import io.lumia.broker.durable.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Where a session that outlives its connection stands in the store.
 *
 * @param number a session that begins anew gets another
 */
record KeptSession(long number) {
    private static final int PACKET_ID_BITS = 16;
    private static final int MOST_IDS = 65_535;
    private static final int NUMBER_DIGITS = 16;

    Change row(SessionRow row) {
        return Change.put(Table.SESSIONS, number, row.write());
    }

    Change subscribed(String text, Subscription subscription) {
        var row = Row.toWrite(8);
        row.put((byte) subscription.qos());
        row.put(subscription.noLocal());
        row.put(subscription.retainAsPublished());
        row.put(subscription.identifier());
        return Change.put(Table.SUBSCRIPTIONS, subscriptionKey(text), row.value());
    }

    Change unsubscribed(String text) {
        return Change.remove(Table.SUBSCRIPTIONS, subscriptionKey(text));
    }

    /** A QoS 2 packet that is not released yet (MQTT 5, 4.3.3). */
    Change received(int packetId) {
        return Change.put(Table.INBOUND, inboundKey(packetId), new byte[0]);
    }

    Change released(int packetId) {
        return Change.remove(Table.INBOUND, inboundKey(packetId));
    }

    /** All of it but its messages. */
    List<Change> forgotten(Collection<String> subscriptions, Collection<Integer> inbound) {
        var changes = new ArrayList<Change>();
        changes.add(Change.remove(Table.SESSIONS, number));
        subscriptions.forEach(text -> changes.add(unsubscribed(text)));
        inbound.forEach(packetId -> changes.add(released(packetId)));
        return changes;
    }

    private String subscriptionKey(String text) {
        return String.format(Locale.ROOT, "%016x", number) + text;
    }

    private long inboundKey(int packetId) {
        return number << PACKET_ID_BITS | packetId;
    }

    // ---- reading back

    static long ofSubscription(String key) {
        return Long.parseUnsignedLong(key, 0, NUMBER_DIGITS, 16);
    }

    static String text(String subscriptionKey) {
        return subscriptionKey.substring(NUMBER_DIGITS);
    }

    static long ofInbound(long key) {
        return key >>> PACKET_ID_BITS;
    }

    static int packetId(long inboundKey) {
        return (int) inboundKey & MOST_IDS;
    }
}
