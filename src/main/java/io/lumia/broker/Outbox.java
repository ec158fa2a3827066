package io.lumia.broker;

import io.lumia.broker.StoredCopy.Stage;
import io.lumia.broker.durable.Change;
import io.lumia.broker.wire.ReasonCode;
import io.lumia.config.BrokerLimits.Overflow;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one session still has to send: what waits, and what is sent but not acknowledged. One thread at a time (see {@link Session}). Of messages
 * that are in the store, each step of QoS 2 is stored before it is taken, so that a repetition after a crash is known as one.
 */
final class Outbox {
    /** How much is kept, and what happens then. */
    record Bounds(int messages, long bytes, int inflight, Overflow overflow) {}

    private final Bounds bounds;
    private final ByteBudget inAll;
    private final BrokerCounters counters;
    private final Ledger ledger;
    private final Consumer<Runnable> mailbox;
    private final Waiting queue;
    private final Flights inflight;
    private final ArrayDeque<Integer> toSend = new ArrayDeque<>();
    private final ArrayDeque<Integer> toRepeat = new ArrayDeque<>();
    private int window;
    private @Nullable ClientConnection connection;

    /**
     * @param inAll what all sessions may hold together
     * @param mailbox does work on the thread whose turn it is
     */
    Outbox(
            Bounds bounds,
            ByteBudget inAll,
            BrokerCounters counters,
            Ledger ledger,
            Consumer<Runnable> mailbox,
            Clock clock) {
        this.bounds = bounds;
        this.inAll = inAll;
        this.counters = counters;
        this.ledger = ledger;
        this.mailbox = mailbox;
        this.inflight = new Flights(inAll);
        this.queue = new Waiting(bounds, inAll, inflight::bytes, this::dropped, clock);
    }

    /** Sends what was not acknowledged once more, in order (MQTT 5, 4.4), then what is queued. */
    void connect(ClientConnection next) {
        connection = next;
        window = Math.min(bounds.inflight, next.terms().receiveMaximum());
        toSend.clear();
        toRepeat.clear();
        toRepeat.addAll(inflight.packetIds());
        sendWhatFits();
    }

    void disconnect() {
        connection = null;
    }

    void add(Delivery delivery) {
        if (queue.isEmpty() && canSend(delivery) && (delivery.qos() == 0 || hasShare(delivery))) {
            send(delivery);
        } else if (!queue.add(delivery) && bounds.overflow == Overflow.DISCONNECT && connection != null) {
            connection.closeHere(CloseReason.QUEUE_FULL);
        }
    }

    /** Takes up what was stored, in its order. */
    void restore(Delivery delivery, Stage stage, int packetId) {
        if (stage != Stage.QUEUED) {
            inflight.restore(packetId, Flight.restored(delivery, stage));
        } else if (queue.isExpired(delivery)) {
            ledger.drop(delivery);
        } else {
            var unused = queue.add(delivery);
        }
    }

    /** PUBACK. Unknown packet ids are ignored: they may be late answers to an earlier connection. */
    void acknowledged(int packetId) {
        var flight = inflight.get(packetId);
        if (flight != null && flight.qos() == 1) {
            finished(packetId, flight);
        }
    }

    /**
     * PUBREC.
     *
     * @param refused the client does not want it, which ends the exchange (4.3.3)
     */
    void received(int packetId, boolean refused) {
        var flight = inflight.get(packetId);
        if (flight != null && flight.qos() == 2) {
            if (refused) {
                finished(packetId, flight);
            } else {
                received(packetId, flight);
            }
        } else if (!refused && connection != null) {
            connection.release(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    private void received(int packetId, Flight flight) {
        boolean first = !flight.isReceived();
        flight.received();
        toRepeat.remove(packetId);
        if (first) {
            write(packetId, flight, Stage.RECEIVED);
        }
        if (!flight.isUnwritten()) {
            release(packetId);
        }
    }

    /** PUBCOMP. */
    void completed(int packetId) {
        var flight = inflight.get(packetId);
        if (flight != null && flight.isReceived()) {
            finished(packetId, flight);
        }
    }

    void sendWhatFits() {
        var to = connection;
        while (to != null && mayGo(toRepeat) && hasWindow()) {
            repeat(to, toRepeat.remove());
        }
        while (to != null && toRepeat.isEmpty() && mayGo(toSend)) {
            transmit(to, toSend.remove());
        }
        for (var next = queue.first(); next != null && canSend(next); next = queue.first()) {
            send(queue.removeFirst());
        }
    }

    void clear() {
        var changes = new ArrayList<Change>();
        inflight.removeIf(flight -> {
            Ledger.drop(flight.delivery(), changes);
            return true;
        });
        queue.removeIf(delivery -> {
            Ledger.drop(delivery, changes);
            return true;
        });
        ledger.append(changes);
        toSend.clear();
        toRepeat.clear();
    }

    /**
     * Gives away what a shared subscription put here: what was not sent, and at QoS 1 also what was not acknowledged. QoS 2 stays: it must not
     * come twice (4.8.2).
     *
     * @param taker says whether it took the message
     */
    void giveAway(Predicate<Delivery> taker) {
        inflight.removeIf(flight -> isShared(flight.delivery(), 1) && taker.test(flight.delivery()));
        toRepeat.retainAll(inflight.packetIds());
        queue.removeIf(delivery -> isShared(delivery, 2) && taker.test(delivery));
    }

    private static boolean isShared(Delivery delivery, int mostQos) {
        return delivery.group() != null && delivery.qos() > 0 && delivery.qos() <= mostQos;
    }

    private void finished(int packetId, Flight flight) {
        end(packetId, flight);
        toRepeat.remove(packetId);
        sendWhatFits();
    }

    private void end(int packetId, Flight flight) {
        inflight.remove(packetId);
        ledger.drop(flight.delivery());
    }

    private void dropped(Delivery delivery) {
        counters.dropped(delivery.qos());
        ledger.drop(delivery);
    }

    // ---- sending

    private void repeat(ClientConnection to, int packetId) {
        var again = inflight.get(packetId);
        if (again == null) {
            return;
        }
        if (again.isReceived()) {
            to.release(packetId, ReasonCode.SUCCESS);
        } else if (to.takes(again.delivery())) {
            to.send(again.delivery(), packetId, again.sending());
        } else {
            end(packetId, again); // 3.1.2.11.4: as if it had been sent
        }
    }

    private boolean hasWindow() {
        return inflight.size() - toRepeat.size() < window;
    }

    /** Whether the first of them has been stored and the client reads. */
    private boolean mayGo(ArrayDeque<Integer> packetIds) {
        var first = packetIds.peek();
        var flight = first == null ? null : inflight.get(first);
        return first != null
                && connection != null
                && connection.isWritable()
                && (flight == null || !flight.isUnwritten());
    }

    /** What waits for the store is not overtaken, not even by what is not stored. */
    private boolean canSend(Delivery delivery) {
        var to = connection;
        return to != null
                && to.isWritable()
                && toRepeat.isEmpty()
                && (delivery.qos() == 0
                        ? toSend.isEmpty()
                        : hasWindow() && !inflight.isFull() && hasRoomInFlight(delivery));
    }

    private boolean hasRoomInFlight(Delivery delivery) {
        return inflight.isEmpty() || inflight.bytes() + delivery.message().size() <= bounds.bytes;
    }

    /** Whoever takes its messages is served even when others have filled what all share. */
    private boolean hasShare(Delivery delivery) {
        return inflight.isEmpty() || inAll.has(delivery.message().size(), inflight.bytes());
    }

    private void send(Delivery delivery) {
        var to = connection;
        if (to == null || queue.isExpired(delivery) || !to.takes(delivery)) {
            ledger.drop(delivery);
        } else if (delivery.qos() == 0) {
            counters.sent(0);
            to.send(delivery, 0, false);
        } else {
            var flight = new Flight(delivery);
            int packetId = inflight.add(flight);
            toSend.add(packetId);
            write(packetId, flight, Stage.SENT);
            if (mayGo(toSend)) {
                transmit(to, toSend.remove());
            }
        }
    }

    private void transmit(ClientConnection to, int packetId) {
        var flight = inflight.get(packetId);
        if (flight != null) {
            counters.sent(flight.qos());
            to.send(flight.delivery(), packetId, flight.sending());
        }
    }

    private void release(int packetId) {
        if (connection != null) {
            connection.release(packetId, ReasonCode.SUCCESS);
        }
    }

    // ---- the store

    /** Stores the step; a QoS 1 message may come twice, so it does not wait for that. */
    private void write(int packetId, Flight flight, Stage stage) {
        var copy = flight.delivery().copy();
        var to = connection;
        if (copy == null) {
            return;
        }
        var changes = Ledger.sent(flight.delivery(), copy, stage, packetId);
        if (flight.qos() == 1 || to == null) {
            ledger.append(changes);
        } else {
            flight.writing();
            ledger.append(changes, to.context(), () -> mailbox.accept(() -> written(packetId, flight)));
        }
    }

    private void written(int packetId, Flight flight) {
        if (!flight.written() || inflight.get(packetId) != flight) {
            return;
        }
        boolean waits = toRepeat.contains(packetId) || toSend.contains(packetId);
        if (flight.isReceived() && !waits) {
            release(packetId);
        } else {
            sendWhatFits();
        }
    }
}
