package io.lumia.broker;

import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one session.
 *
 * @param qos at which it is sent
 * @param retain the flag it is sent with
 * @param identifiers of the subscriptions it matched (MQTT 5, 3.3.2.3.8)
 * @param group the shared subscription that chose the session; null: the session's own
 * @param copy where it stands in the store; null: in memory only
 */
@SuppressWarnings("ArrayRecordComponent") // one copy for all sessions; compared by nobody
record Delivery(
        Message message,
        int qos,
        boolean retain,
        int[] identifiers,
        @Nullable SharedGroup group,
        @Nullable StoredCopy copy) {
    static final int[] NO_IDENTIFIERS = {};

    Delivery(Message message, int qos, boolean retain, int[] identifiers, @Nullable SharedGroup group) {
        this(message, qos, retain, identifiers, group, null);
    }

    Delivery stored(@Nullable StoredCopy as) {
        return new Delivery(message, qos, retain, identifiers, group, as);
    }
}
