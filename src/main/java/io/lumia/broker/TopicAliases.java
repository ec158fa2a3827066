package io.lumia.broker;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The topic aliases of one connection, both ways (MQTT 5, 3.3.2.3.4). Who uses none pays nothing. */
final class TopicAliases {
    private final int mostReceived;
    private final int mostSent;
    private @Nullable Map<Integer, String> received;
    private @Nullable Map<String, Integer> sent;

    /**
     * @param mostReceived what we told the client
     * @param mostSent what the client takes
     */
    TopicAliases(int mostReceived, int mostSent) {
        this.mostReceived = mostReceived;
        this.mostSent = mostSent;
    }

    boolean isAllowed(int alias) {
        return alias > 0 && alias <= mostReceived;
    }

    /** What the client published to; null: the alias means nothing yet. */
    @Nullable
    String resolve(String topic, int alias) {
        if (received == null) {
            received = new HashMap<>();
        }
        if (topic.isEmpty()) {
            return received.get(alias);
        }
        received.put(alias, topic);
        return topic;
    }

    /** Whether the client knows the topic by an alias already. */
    boolean isKnown(String topic) {
        return sent != null && sent.containsKey(topic);
    }

    /** The alias to send a topic with, made at the first time; 0: none is left. */
    int aliasFor(String topic) {
        if (mostSent == 0) {
            return 0;
        }
        if (sent == null) {
            sent = new HashMap<>();
        }
        var known = sent.get(topic);
        if (known != null) {
            return known;
        }
        if (sent.size() >= mostSent) {
            return 0;
        }
        int next = sent.size() + 1;
        sent.put(topic, next);
        return next;
    }
}
