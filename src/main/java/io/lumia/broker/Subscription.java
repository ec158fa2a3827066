package io.lumia.broker;

import io.lumia.access.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * What a session wants (MQTT 5, 3.8.3.1).
 *
 * @param group name of the shared subscription (4.8.2); null: the session's own
 * @param qos granted
 * @param noLocal not the messages of this very session
 * @param retainAsPublished keep the RETAIN flag of what is passed on
 * @param identifier sent along with each message; 0: none
 */
record Subscription(
        Session session,
        @Nullable String group,
        TopicFilter filter,
        int qos,
        boolean noLocal,
        boolean retainAsPublished,
        int identifier) {
    private static final String SHARE = "$share/";

    /** Group and filter of what a client wrote. */
    record Asked(@Nullable String group, TopicFilter filter) {
        /** @throws IllegalArgumentException saying which rule is broken */
        static Asked parse(String text, int mostLevels) {
            @Nullable String group = null;
            var filter = text;
            if (text.startsWith(SHARE)) {
                int end = text.indexOf('/', SHARE.length());
                group = end < 0 ? "" : text.substring(SHARE.length(), end);
                if (group.isEmpty() || group.indexOf('+') >= 0 || group.indexOf('#') >= 0) {
                    throw new IllegalArgumentException("a shared subscription is $share/NAME/FILTER (4.8.2)");
                }
                filter = text.substring(end + 1);
            }
            var parsed = TopicFilter.parse(filter);
            if (parsed.levels().size() > mostLevels) {
                throw new IllegalArgumentException("a topic filter has at most " + mostLevels + " levels here");
            }
            return new Asked(group, parsed);
        }
    }

    /** A shared subscription as a client writes it. */
    static String shared(String name, TopicFilter filter) {
        return SHARE + name + "/" + filter.text();
    }

    int[] identifiers() {
        return identifier == 0 ? Delivery.NO_IDENTIFIERS : new int[] {identifier};
    }

    Delivery delivery(Message message, boolean retain, @Nullable SharedGroup by) {
        return new Delivery(message, Math.min(message.qos(), qos), retain, identifiers(), by);
    }
}
