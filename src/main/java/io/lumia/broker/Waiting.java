package io.lumia.broker;

import io.lumia.config.BrokerLimits.Overflow;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one session's {@link Outbox} has not sent. Bounded by messages and bytes; what happens past that is the {@link Overflow} policy, after QoS 0
 * messages gave way.
 */
final class Waiting {
    private final Outbox.Bounds bounds;
    private final Consumer<Delivery> dropped;
    private final Clock clock;
    private final ByteBudget inAll;
    private final LongSupplier beside;
    private final ArrayDeque<Delivery> queue = new ArrayDeque<>();
    private long bytes;
    private int qos0;

    /**
     * @param inAll what all sessions may hold together
     * @param beside bytes that the session holds beside these
     * @param dropped told of each message that found no room or had to make it
     */
    Waiting(Outbox.Bounds bounds, ByteBudget inAll, LongSupplier beside, Consumer<Delivery> dropped, Clock clock) {
        this.bounds = bounds;
        this.inAll = inAll;
        this.beside = beside;
        this.dropped = dropped;
        this.clock = clock;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    @Nullable
    Delivery first() {
        return queue.peek();
    }

    Delivery removeFirst() {
        return taken(queue.remove());
    }

    /** @return false when it found no room */
    boolean add(Delivery delivery) {
        if (!hasRoom(delivery)) {
            makeRoom(delivery);
        }
        if (!hasRoom(delivery)) {
            dropped.accept(delivery);
            return false;
        }
        queue.add(delivery);
        bytes += size(delivery);
        inAll.take(size(delivery));
        qos0 += delivery.qos() == 0 ? 1 : 0;
        return true;
    }

    void removeIf(Predicate<Delivery> gone) {
        for (Iterator<Delivery> each = queue.iterator(); each.hasNext(); ) {
            var delivery = each.next();
            if (gone.test(delivery)) {
                each.remove();
                var unused = taken(delivery);
            }
        }
    }

    boolean isExpired(Delivery delivery) {
        return delivery.message().expiresAt() != Message.NEVER
                && delivery.message().isExpired(clock.millis());
    }

    private static int size(Delivery delivery) {
        return delivery.message().size();
    }

    private boolean hasRoom(Delivery delivery) {
        return queue.size() < bounds.messages()
                && bytes + size(delivery) <= bounds.bytes()
                && inAll.has(size(delivery), bytes + beside.getAsLong());
    }

    private void makeRoom(Delivery delivery) {
        dropWhile(delivery, this::isExpired);
        if (qos0 > 0) {
            dropWhile(delivery, queued -> queued.qos() == 0);
        }
        if (bounds.overflow() == Overflow.DROP_OLDEST && size(delivery) <= bounds.bytes()) {
            dropWhile(delivery, queued -> true);
        }
    }

    /** Drops from the oldest on, until there is room. */
    private void dropWhile(Delivery delivery, Predicate<Delivery> droppable) {
        for (Iterator<Delivery> oldest = queue.iterator(); oldest.hasNext() && !hasRoom(delivery); ) {
            var queued = oldest.next();
            if (droppable.test(queued)) {
                oldest.remove();
                dropped.accept(taken(queued));
            }
        }
    }

    private Delivery taken(Delivery delivery) {
        bytes -= size(delivery);
        inAll.giveBack(size(delivery));
        qos0 -= delivery.qos() == 0 ? 1 : 0;
        return delivery;
    }
}
