package io.lumia.mqtt;

import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of a session (MQTT 5, 4.1): messages at QoS 1 and 2 on their way to the server, and the QoS 2 messages that it has begun to
 * send. It outlives connections; the one that connected last has it. What the server has not acknowledged is sent again, in order and by the same
 * packet ids (4.4); when the server lost its half, as new messages. Bounded: when full, a message is refused at once rather than lost later. For
 * one event loop.
 */
public final class ClientSession {
    private static final int LAST_PACKET_ID = 65_535;

    private final int capacity;
    private final int window;
    /** By packet id, in the order of sending. */
    private final Map<Integer, Outgoing> inFlight = new LinkedHashMap<>();

    private final ArrayDeque<Outgoing> again = new ArrayDeque<>(2);
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>(2);
    /** QoS 2 messages from the server that it has not released. */
    private final Set<Integer> received = new HashSet<>();

    private int packetId;
    private int underWay;
    private boolean held;
    private @Nullable Wire wire;
    private @Nullable Promise<Void> quiet;

    private static final class Outgoing {
        final Message message;
        final Promise<Void> done = Promise.promise();
        int packetId;
        /** PUBREC came: only PUBREL is left to be acknowledged. */
        boolean released;
        /** Takes one of the messages that the server lets be under way on this connection. */
        boolean counted;

        Outgoing(Message message) {
            this.message = message;
        }
    }

    /**
     * @param capacity messages that may wait, those under way included
     * @param window messages under way at most, if the server does not say fewer
     */
    public ClientSession(int capacity, int window) {
        this.capacity = capacity;
        this.window = Math.min(window, LAST_PACKET_ID / 2);
    }

    /**
     * Takes a message at QoS 1 or 2; completes when the server has it, over however many connections that takes. Fails with {@link Refused} when
     * the server does not want it, and at once when too many wait.
     */
    public Future<Void> publish(Message message) {
        if (size() >= capacity) {
            return Future.failedFuture("the outbox is full: " + capacity + " messages wait for the broker");
        }
        var next = new Outgoing(message);
        queue.add(next);
        send();
        return next.done.future();
    }

    /** Sends nothing new until {@link #resume}; completes when nothing is under way any more, or the connection ends. */
    public Future<Void> hold() {
        held = true;
        if (inFlight.isEmpty() || wire == null) {
            return Future.succeededFuture();
        }
        quiet = Promise.promise();
        return quiet.future();
    }

    public void resume() {
        held = false;
        send();
    }

    /** Gives up what waits still. */
    public void close() {
        wire = null;
        var left = new ArrayList<>(inFlight.values());
        left.addAll(queue);
        inFlight.clear();
        again.clear();
        queue.clear();
        left.forEach(each -> each.done.tryFail("the session was closed"));
        settle();
    }

    /** Messages that wait, those under way included. */
    public int size() {
        return inFlight.size() + queue.size();
    }

    /** @param resumed whether the server has its half still */
    void attach(Wire next, boolean resumed) {
        wire = next;
        underWay = 0;
        again.clear();
        if (!resumed) {
            received.clear();
            startOver();
        }
        for (Outgoing each : inFlight.values()) {
            each.counted = false;
            if (each.released) {
                next.answer(MqttMessageType.PUBREL, each.packetId, ReasonCode.SUCCESS);
            } else {
                again.add(each);
            }
        }
        send();
    }

    /** What the server had taken is done; the rest goes to the head of the queue. */
    private void startOver() {
        var all = List.copyOf(inFlight.values());
        inFlight.clear();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (!all.get(i).released) {
                queue.addFirst(all.get(i));
            }
        }
        all.stream().filter(each -> each.released).forEach(each -> each.done.tryComplete());
    }

    void detach(Wire gone) {
        if (wire == gone) {
            wire = null;
            settle();
        }
    }

    /** One that neither a message nor the connection uses. */
    int freePacketId(Wire by) {
        do {
            packetId = packetId % LAST_PACKET_ID + 1;
        } while (inFlight.containsKey(packetId) || by.uses(packetId));
        return packetId;
    }

    private void send() {
        while (wire != null && underWay < Math.min(window, wire.receiveMaximum())) {
            var next = again.poll();
            boolean before = next != null;
            if (next == null) {
                next = held ? null : queue.poll();
            }
            if (next == null) {
                return;
            }
            var unfit = wire.unfit(next.message);
            if (unfit != null) {
                inFlight.remove(next.packetId);
                next.done.tryFail(new IllegalArgumentException(unfit));
                settle();
                continue;
            }
            send(next, wire, before);
        }
    }

    private void send(Outgoing next, Wire through, boolean before) {
        if (!before) {
            next.packetId = freePacketId(through);
            inFlight.put(next.packetId, next);
        }
        next.counted = true;
        underWay++;
        through.publish(next.message, next.packetId, before);
    }

    /** PUBACK or PUBCOMP, or a PUBREC that says no. What comes on a connection that has lost the session is not for us. */
    void acknowledged(Wire from, int id, ReasonCode reason, String detail) {
        var message = wire == from ? inFlight.remove(id) : null;
        if (message == null) {
            return;
        }
        if (message.counted) {
            underWay--;
        }
        again.remove(message);
        settle();
        send();
        if (reason.isFailure() && !message.released) {
            message.done.tryFail(new Refused(reason, detail));
        } else {
            message.done.tryComplete();
        }
    }

    /** PUBREC: the server has the message. */
    void received(Wire from, int id, ReasonCode reason, String detail) {
        if (wire != from) {
            return;
        }
        var message = inFlight.get(id);
        if (message != null && reason.isFailure()) {
            acknowledged(from, id, reason, detail);
        } else if (message == null || message.message.qos() != 2) {
            from.answer(MqttMessageType.PUBREL, id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        } else {
            message.released = true;
            from.answer(MqttMessageType.PUBREL, id, ReasonCode.SUCCESS);
        }
    }

    /** Whether this QoS 2 message comes for the first time. */
    boolean takesFirst(int id) {
        return received.add(id);
    }

    /** PUBREL; whether we knew the message. */
    boolean release(int id) {
        return received.remove(id);
    }

    /** QoS 2 messages of the server's that are not released. */
    int unreleased() {
        return received.size();
    }

    private void settle() {
        if (quiet != null && (inFlight.isEmpty() || wire == null)) {
            var done = quiet;
            quiet = null;
            done.tryComplete();
        }
    }
}
