package io.lumia.broker;

import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one session.
 *
 * @param qos at which it is sent
 * @param retain the flag it is sent with
 * @param identifiers of the subscriptions it matched (MQTT 5, 3.3.2.3.8)
 * @param group the shared subscription that chose the session; null: the session's own
 */
@SuppressWarnings("ArrayRecordComponent") // one copy for all sessions; compared by nobody
record Delivery(
        Message message,
        int qos,
        boolean retain,
        int[] identifiers,
        @Nullable SharedGroup group) {
    static final int[] NO_IDENTIFIERS = {};
}
