package io.lumia.broker;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one session still has to send: the queue, and what is sent but not acknowledged. One thread at a time (see {@link Session}). Past its
 * bound the oldest QoS 0 message gives way, then the newest message.
 */
final class Outbox {
    private static final int MOST_IDS = 65_535;

    private final int mostQueued;
    private final int mostInflight;
    private final BrokerCounters counters;
    private final ArrayDeque<Delivery> queue = new ArrayDeque<>();
    private final Map<Integer, Delivery> inflight = new LinkedHashMap<>();
    private final ArrayDeque<Integer> toRepeat = new ArrayDeque<>();
    private int queuedQos0;
    private int lastId;
    private int window;
    private @Nullable ClientConnection connection;

    Outbox(int mostQueued, int mostInflight, BrokerCounters counters) {
        this.mostQueued = mostQueued;
        this.mostInflight = mostInflight;
        this.counters = counters;
    }

    /** Sends what was not acknowledged once more, in order (MQTT 5, 4.4), then what is queued. */
    void connect(ClientConnection next) {
        connection = next;
        window = Math.min(mostInflight, next.receiveMaximum());
        toRepeat.clear();
        toRepeat.addAll(inflight.keySet());
        sendWhatFits();
    }

    void disconnect() {
        connection = null;
    }

    void add(Delivery delivery) {
        if (queue.isEmpty() && canSend(delivery)) {
            send(delivery);
        } else {
            keep(delivery);
        }
    }

    /** Unknown packet ids are ignored: they may be late answers to an earlier connection. */
    void acknowledged(int packetId) {
        if (inflight.remove(packetId) != null) {
            toRepeat.remove(packetId);
            sendWhatFits();
        }
    }

    void sendWhatFits() {
        var to = connection;
        while (to != null && !toRepeat.isEmpty() && hasWindow() && to.isWritable()) {
            int packetId = toRepeat.remove();
            var again = inflight.get(packetId);
            if (again != null) {
                to.send(again, packetId, true);
            }
        }
        while (!queue.isEmpty() && canSend(queue.peek())) {
            var next = queue.remove();
            queuedQos0 -= next.qos() == 0 ? 1 : 0;
            send(next);
        }
    }

    void clear() {
        queue.clear();
        inflight.clear();
        toRepeat.clear();
        queuedQos0 = 0;
    }

    private boolean hasWindow() {
        return inflight.size() - toRepeat.size() < window;
    }

    private boolean canSend(Delivery delivery) {
        var to = connection;
        return to != null
                && to.isWritable()
                && toRepeat.isEmpty()
                && (delivery.qos() == 0 || (hasWindow() && inflight.size() < MOST_IDS));
    }

    private void send(Delivery delivery) {
        var to = connection;
        if (to == null || !to.takes(delivery.message())) {
            return;
        }
        int packetId = 0;
        if (delivery.qos() > 0) {
            packetId = nextId();
            inflight.put(packetId, delivery);
        }
        counters.sent(delivery.qos());
        to.send(delivery, packetId, false);
    }

    private void keep(Delivery delivery) {
        if (queue.size() >= mostQueued && !dropOldestQos0()) {
            counters.dropped(delivery.qos());
            return;
        }
        queue.add(delivery);
        queuedQos0 += delivery.qos() == 0 ? 1 : 0;
    }

    private boolean dropOldestQos0() {
        if (queuedQos0 == 0) {
            return false;
        }
        for (Iterator<Delivery> queued = queue.iterator(); queued.hasNext(); ) {
            if (queued.next().qos() == 0) {
                queued.remove();
                queuedQos0--;
                counters.dropped(0);
                return true;
            }
        }
        return false;
    }

    private int nextId() {
        do {
            lastId = lastId % MOST_IDS + 1;
        } while (inflight.containsKey(lastId));
        return lastId;
    }
}
