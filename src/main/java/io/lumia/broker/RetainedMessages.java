package io.lumia.broker;

import io.lumia.access.TopicFilter;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The last retained message of each topic, bounded. */
final class RetainedMessages {
    /** @param stored the message in the store; null: in memory only */
    record Retained(Message message, @Nullable StoredMessage stored) {}

    private final ConcurrentSkipListMap<String, Retained> byTopic = new ConcurrentSkipListMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int most;
    private final ByteBudget budget;

    RetainedMessages(int most, ByteBudget budget) {
        this.most = most;
        this.budget = budget;
    }

    /**
     * Keeps the message, or forgets the topic's when the payload is empty (MQTT 5, 3.3.1.3).
     *
     * @param gone told of the one that was there
     * @return false when there is no room
     */
    boolean keep(Message message, @Nullable StoredMessage stored, Consumer<Retained> gone) {
        if (message.payload().length == 0) {
            tell(byTopic.remove(message.topic()), gone);
            return true;
        }
        int bytes = message.size();
        if (!budget.has(bytes)) {
            return false;
        }
        budget.take(bytes);
        var next = new Retained(message, stored);
        var before = byTopic.replace(message.topic(), next);
        if (before == null && size.incrementAndGet() > most) {
            size.decrementAndGet();
            budget.giveBack(bytes);
            return false;
        }
        if (before == null) {
            tell(byTopic.put(message.topic(), next), gone);
        } else {
            budget.giveBack(before.message().size());
            gone.accept(before);
        }
        return true;
    }

    private void tell(@Nullable Retained before, Consumer<Retained> gone) {
        if (before != null) {
            size.decrementAndGet();
            budget.giveBack(before.message().size());
            gone.accept(before);
        }
    }

    List<Retained> matching(TopicFilter filter, long nowMs) {
        if (!filter.hasWildcard()) {
            var exact = byTopic.get(filter.text());
            return exact == null || exact.message().isExpired(nowMs) ? List.of() : List.of(exact);
        }
        var prefix = filter.fixedPrefix();
        return byTopic.tailMap(prefix, true).entrySet().stream()
                .takeWhile(entry -> entry.getKey().startsWith(prefix))
                .filter(entry -> filter.matches(entry.getKey()))
                .map(entry -> entry.getValue())
                .filter(retained -> !retained.message().isExpired(nowMs))
                .toList();
    }

    /** @param gone told of each that expired */
    void removeExpired(long nowMs, Consumer<Retained> gone) {
        byTopic.forEach((topic, retained) -> {
            if (retained.message().isExpired(nowMs) && byTopic.remove(topic, retained)) {
                tell(retained, gone);
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
