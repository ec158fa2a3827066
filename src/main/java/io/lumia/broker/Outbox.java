package io.lumia.broker;

import io.lumia.broker.wire.ReasonCode;
import io.lumia.config.BrokerLimits.Overflow;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one session still has to send: the queue, and what is sent but not acknowledged. One thread at a time (see {@link Session}). The queue is
 * bounded by messages and bytes; what happens past that is the {@link Overflow} policy, after QoS 0 messages gave way.
 */
final class Outbox {
    private static final int MOST_IDS = 65_535;

    /** How much is kept, and what happens then. */
    record Bounds(int messages, long bytes, int inflight, Overflow overflow) {}

    /** A message that was sent; QoS 2: until PUBREC came, then only its packet id counts (MQTT 5, 4.3.3). */
    private static final class Flight {
        private final Delivery delivery;
        private boolean received;

        private Flight(Delivery delivery) {
            this.delivery = delivery;
        }
    }

    private final Bounds bounds;
    private final ByteBudget inAll;
    private final BrokerCounters counters;
    private final Clock clock;
    private final ArrayDeque<Delivery> queue = new ArrayDeque<>();
    private final Map<Integer, Flight> inflight = new LinkedHashMap<>();
    private final ArrayDeque<Integer> toRepeat = new ArrayDeque<>();
    private long queuedBytes;
    private long inflightBytes;
    private int queuedQos0;
    private int lastId;
    private int window;
    private @Nullable ClientConnection connection;

    /** @param inAll what all sessions may hold together */
    Outbox(Bounds bounds, ByteBudget inAll, BrokerCounters counters, Clock clock) {
        this.bounds = bounds;
        this.inAll = inAll;
        this.counters = counters;
        this.clock = clock;
    }

    /** Sends what was not acknowledged once more, in order (MQTT 5, 4.4), then what is queued. */
    void connect(ClientConnection next) {
        connection = next;
        window = Math.min(bounds.inflight, next.terms().receiveMaximum());
        toRepeat.clear();
        toRepeat.addAll(inflight.keySet());
        sendWhatFits();
    }

    void disconnect() {
        connection = null;
    }

    void add(Delivery delivery) {
        if (queue.isEmpty() && canSend(delivery) && (delivery.qos() == 0 || hasShare(delivery))) {
            send(delivery);
        } else {
            keep(delivery);
        }
    }

    /** PUBACK. Unknown packet ids are ignored: they may be late answers to an earlier connection. */
    void acknowledged(int packetId) {
        var flight = inflight.get(packetId);
        if (flight != null && flight.delivery.qos() == 1) {
            finished(packetId);
        }
    }

    /**
     * PUBREC.
     *
     * @param refused the client does not want it, which ends the exchange (4.3.3)
     */
    void received(int packetId, boolean refused) {
        var flight = inflight.get(packetId);
        boolean known = flight != null && flight.delivery.qos() == 2;
        if (known && refused) {
            finished(packetId);
        } else if (connection != null && !refused) {
            if (flight != null) {
                flight.received = true;
                toRepeat.remove(packetId);
            }
            connection.release(packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    /** PUBCOMP. */
    void completed(int packetId) {
        var flight = inflight.get(packetId);
        if (flight != null && flight.received) {
            finished(packetId);
        }
    }

    void sendWhatFits() {
        var to = connection;
        while (to != null && !toRepeat.isEmpty() && hasWindow() && to.isWritable()) {
            repeat(to, toRepeat.remove());
        }
        while (!queue.isEmpty() && canSend(queue.peek())) {
            send(dequeued(queue.remove()));
        }
    }

    void clear() {
        inAll.giveBack(queuedBytes + inflightBytes);
        inflightBytes = 0;
        queue.clear();
        inflight.clear();
        toRepeat.clear();
        queuedQos0 = 0;
        queuedBytes = 0;
    }

    /**
     * Gives away what a shared subscription put here: what was not sent, and at QoS 1 also what was not acknowledged. QoS 2 stays: it must not
     * come twice (4.8.2).
     *
     * @param taker says whether it took the message
     */
    void giveAway(Predicate<Delivery> taker) {
        inflight.values()
                .removeIf(flight -> isShared(flight.delivery, 1) && taker.test(flight.delivery) && landed(flight));
        toRepeat.retainAll(inflight.keySet());
        for (Iterator<Delivery> queued = queue.iterator(); queued.hasNext(); ) {
            var delivery = queued.next();
            if (isShared(delivery, 2) && taker.test(delivery)) {
                queued.remove();
                var unused = dequeued(delivery);
            }
        }
    }

    private static boolean isShared(Delivery delivery, int mostQos) {
        return delivery.group() != null && delivery.qos() > 0 && delivery.qos() <= mostQos;
    }

    private void finished(int packetId) {
        var unused = landed(inflight.remove(packetId));
        toRepeat.remove(packetId);
        sendWhatFits();
    }

    private void repeat(ClientConnection to, int packetId) {
        var again = inflight.get(packetId);
        if (again == null) {
            return;
        }
        if (again.received) {
            to.release(packetId, ReasonCode.SUCCESS);
        } else if (to.takes(again.delivery)) {
            to.send(again.delivery, packetId, true);
        } else {
            var unused = landed(inflight.remove(packetId)); // 3.1.2.11.4: as if it had been sent
        }
    }

    private boolean landed(@Nullable Flight flight) {
        if (flight != null) {
            inflightBytes -= size(flight.delivery);
            inAll.giveBack(size(flight.delivery));
        }
        return true;
    }

    private static int size(Delivery delivery) {
        return delivery.message().size();
    }

    /** Whoever takes its messages is served even when others have filled what all share. */
    private boolean hasShare(Delivery delivery) {
        return inflight.isEmpty() || inAll.has(size(delivery), inflightBytes);
    }

    private boolean hasWindow() {
        return inflight.size() - toRepeat.size() < window;
    }

    private boolean canSend(Delivery delivery) {
        var to = connection;
        return to != null
                && to.isWritable()
                && toRepeat.isEmpty()
                && (delivery.qos() == 0
                        || (hasWindow()
                                && inflight.size() < MOST_IDS
                                && (inflight.isEmpty() || inflightBytes + size(delivery) <= bounds.bytes)));
    }

    private void send(Delivery delivery) {
        var to = connection;
        if (to == null || isExpired(delivery) || !to.takes(delivery)) {
            return;
        }
        int packetId = 0;
        if (delivery.qos() > 0) {
            packetId = nextId();
            inflight.put(packetId, new Flight(delivery));
            inflightBytes += size(delivery);
            inAll.take(size(delivery));
        }
        counters.sent(delivery.qos());
        to.send(delivery, packetId, false);
    }

    // ---- the queue and its bounds

    private void keep(Delivery delivery) {
        if (!hasRoom(delivery)) {
            makeRoom(delivery);
        }
        if (hasRoom(delivery)) {
            queue.add(delivery);
            queuedBytes += size(delivery);
            inAll.take(size(delivery));
            queuedQos0 += delivery.qos() == 0 ? 1 : 0;
        } else {
            counters.dropped(delivery.qos());
            if (bounds.overflow == Overflow.DISCONNECT && connection != null) {
                connection.closeHere(CloseReason.QUEUE_FULL);
            }
        }
    }

    private boolean hasRoom(Delivery delivery) {
        return queue.size() < bounds.messages
                && queuedBytes + size(delivery) <= bounds.bytes
                && inAll.has(size(delivery), queuedBytes + inflightBytes);
    }

    private void makeRoom(Delivery delivery) {
        dropWhile(delivery, this::isExpired);
        if (queuedQos0 > 0) {
            dropWhile(delivery, queued -> queued.qos() == 0);
        }
        if (bounds.overflow == Overflow.DROP_OLDEST && size(delivery) <= bounds.bytes) {
            dropWhile(delivery, queued -> true);
        }
    }

    /** Drops from the oldest on, until there is room. */
    private void dropWhile(Delivery delivery, Predicate<Delivery> droppable) {
        for (Iterator<Delivery> oldest = queue.iterator(); oldest.hasNext() && !hasRoom(delivery); ) {
            var queued = oldest.next();
            if (droppable.test(queued)) {
                oldest.remove();
                counters.dropped(dequeued(queued).qos());
            }
        }
    }

    private Delivery dequeued(Delivery delivery) {
        queuedBytes -= size(delivery);
        inAll.giveBack(size(delivery));
        queuedQos0 -= delivery.qos() == 0 ? 1 : 0;
        return delivery;
    }

    private boolean isExpired(Delivery delivery) {
        return delivery.message().expiresAt() != Message.NEVER
                && delivery.message().isExpired(clock.millis());
    }

    private int nextId() {
        do {
            lastId = lastId % MOST_IDS + 1;
        } while (inflight.containsKey(lastId));
        return lastId;
    }
}
