package io.lumia.broker;

import io.lumia.access.TopicFilter;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The last retained message of each topic, in memory, bounded. */
final class RetainedMessages {
    private final ConcurrentSkipListMap<String, Message> byTopic = new ConcurrentSkipListMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int most;

    RetainedMessages(int most) {
        this.most = most;
    }

    /** Keeps the message, or forgets the topic's when the payload is empty (MQTT 5, 3.3.1.3). @return false when there is no room */
    boolean keep(Message message) {
        if (message.payload().length == 0) {
            if (byTopic.remove(message.topic()) != null) {
                size.decrementAndGet();
            }
            return true;
        }
        if (byTopic.replace(message.topic(), message) != null) {
            return true;
        }
        if (size.incrementAndGet() > most) {
            size.decrementAndGet();
            return false;
        }
        if (byTopic.put(message.topic(), message) != null) {
            size.decrementAndGet();
        }
        return true;
    }

    List<Message> matching(TopicFilter filter, long nowMs) {
        if (!filter.hasWildcard()) {
            var exact = byTopic.get(filter.text());
            return exact == null || exact.isExpired(nowMs) ? List.of() : List.of(exact);
        }
        var prefix = filter.fixedPrefix();
        return byTopic.tailMap(prefix, true).entrySet().stream()
                .takeWhile(entry -> entry.getKey().startsWith(prefix))
                .filter(entry -> filter.matches(entry.getKey()))
                .map(entry -> entry.getValue())
                .filter(message -> !message.isExpired(nowMs))
                .toList();
    }

    void removeExpired(long nowMs) {
        byTopic.forEach((topic, message) -> {
            if (message.isExpired(nowMs) && byTopic.remove(topic, message)) {
                size.decrementAndGet();
            }
        });
    }

    int size() {
        return size.get();
    }
}
