package io.lumia.agent;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages at QoS 1 on their way to the broker. A message stays until the broker acknowledges it; with each new connection the unacknowledged
 * ones are sent again, in order (MQTT 3.1.1, 4.4). Bounded: when full, a message is refused at once rather than lost later. For one context.
 */
final class Outbox {
    /** Unacknowledged messages in flight at most. */
    static final int WINDOW = 32;

    private final int capacity;
    private final Map<Long, Message> waiting = new LinkedHashMap<>();
    private long numbers;
    private int inFlight;
    private boolean held;
    private @Nullable MqttLink link;
    private @Nullable Promise<Void> quiet;

    private static final class Message {
        final String topic;
        final Buffer payload;
        final Promise<Void> acknowledged = Promise.promise();
        boolean sentBefore;

        @Nullable
        MqttLink sentOn;

        Message(String topic, Buffer payload) {
            this.topic = topic;
            this.payload = payload;
        }
    }

    Outbox(int capacity) {
        this.capacity = capacity;
    }

    /** Takes a message; completes when the broker acknowledged it. Fails at once, and only then, when the outbox is full. */
    Future<Void> add(String topic, Buffer payload) {
        if (waiting.size() >= capacity) {
            return Future.failedFuture("the outbox is full: " + capacity + " messages wait for the broker");
        }
        var message = new Message(topic, payload);
        waiting.put(++numbers, message);
        send();
        return message.acknowledged.future();
    }

    /** Uses this connection from now on: everything unacknowledged is sent again on it, then what is new. */
    void attach(MqttLink next) {
        link = next;
        inFlight = 0;
        held = false;
        waiting.values().forEach(message -> message.sentOn = null);
        send();
    }

    /** The connection is gone; messages wait for the next. */
    void detach() {
        link = null;
        settle();
    }

    /** Sends nothing new; completes when nothing is in flight any more, so that a swap repeats nothing. */
    Future<Void> hold() {
        held = true;
        if (inFlight == 0 || link == null) {
            return Future.succeededFuture();
        }
        quiet = Promise.promise();
        return quiet.future();
    }

    /** Ends {@link #hold}. */
    void resume() {
        held = false;
        send();
    }

    /** Gives up what waits still. */
    void close() {
        link = null;
        var left = new ArrayList<>(waiting.values());
        waiting.clear();
        left.forEach(message -> message.acknowledged.tryFail("the identity was stopped"));
    }

    int size() {
        return waiting.size();
    }

    private void send() {
        var through = link;
        if (through == null || held) {
            return;
        }
        for (var entry : unsent()) {
            if (inFlight >= WINDOW || link != through) {
                return;
            }
            send(entry.getKey(), entry.getValue(), through);
        }
    }

    private List<Map.Entry<Long, Message>> unsent() {
        var found = new ArrayList<Map.Entry<Long, Message>>();
        for (var entry : waiting.entrySet()) {
            if (found.size() + inFlight >= WINDOW) {
                break;
            }
            if (entry.getValue().sentOn == null) {
                found.add(Map.entry(entry.getKey(), entry.getValue()));
            }
        }
        return found;
    }

    private void send(long number, Message message, MqttLink through) {
        inFlight++;
        message.sentOn = through;
        boolean again = message.sentBefore;
        message.sentBefore = true;
        through.publish(message.topic, message.payload, 1, again)
                .onComplete(done -> acknowledged(number, message, through), failed -> unacknowledged(message, through));
    }

    private void acknowledged(long number, Message message, MqttLink through) {
        waiting.remove(number);
        message.acknowledged.tryComplete();
        if (link == through) {
            inFlight--;
            settle();
            send();
        }
    }

    private void unacknowledged(Message message, MqttLink through) {
        if (message.sentOn == through) {
            message.sentOn = null;
        }
        if (link == through) {
            inFlight--;
            settle();
        }
    }

    private void settle() {
        if (quiet != null && (inFlight == 0 || link == null)) {
            quiet.tryComplete();
            quiet = null;
        }
    }
}
