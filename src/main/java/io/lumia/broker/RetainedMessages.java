package io.lumia.broker;

import io.lumia.access.TopicFilter;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The last retained message of each topic, in memory, bounded. */
final class RetainedMessages {
    private final ConcurrentSkipListMap<String, Message> byTopic = new ConcurrentSkipListMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int most;
    private final ByteBudget budget;

    RetainedMessages(int most, ByteBudget budget) {
        this.most = most;
        this.budget = budget;
    }

    /** Keeps the message, or forgets the topic's when the payload is empty (MQTT 5, 3.3.1.3). @return false when there is no room */
    boolean keep(Message message) {
        if (message.payload().length == 0) {
            forget(byTopic.remove(message.topic()));
            return true;
        }
        int bytes = message.size();
        if (!budget.has(bytes)) {
            return false;
        }
        budget.take(bytes);
        var before = byTopic.replace(message.topic(), message);
        if (before == null && size.incrementAndGet() > most) {
            size.decrementAndGet();
            budget.giveBack(bytes);
            return false;
        }
        if (before == null) {
            forget(byTopic.put(message.topic(), message));
        } else {
            budget.giveBack(before.size());
        }
        return true;
    }

    private void forget(@Nullable Message gone) {
        if (gone != null) {
            size.decrementAndGet();
            budget.giveBack(gone.size());
        }
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
                forget(message);
            }
        });
    }

    long bytes() {
        return budget.held();
    }

    int size() {
        return size.get();
    }
}
