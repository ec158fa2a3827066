package io.lumia.agent;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.messages.MqttSubAckMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A connection of vertx-mqtt's client. All calls and handlers run on the context that connected. */
final class VertxMqttLink implements MqttLink {
    private static final int REFUSED = 0x80;
    private static final long FAREWELL_MILLIS = 2000;

    private final Vertx vertx;
    private final MqttClient client;
    private final Listener listener;
    private final Duration patience;
    private final Map<Integer, Promise<Void>> published = new HashMap<>();
    private final Map<Integer, Promise<Void>> subscribed = new HashMap<>();
    /** Acknowledgements that came before the client told us the packet's number. */
    private final Set<Integer> early = new HashSet<>();

    private final long pinging;
    private boolean sessionPresent;
    private boolean open;
    private boolean told;
    private boolean pingUnanswered;

    /** @param patience how long the broker may take to answer a SUBSCRIBE */
    VertxMqttLink(Vertx vertx, MqttClient client, Duration keepAlive, Duration patience, Listener listener) {
        this.patience = patience;
        this.vertx = vertx;
        this.client = client;
        this.listener = listener;
        client.publishHandler(message -> listener.message(
                message.topicName(), message.payload(), message.qosLevel().value()));
        client.publishCompletionHandler(this::acknowledged);
        client.subscribeCompletionHandler(this::subscribed);
        client.pingResponseHandler(answered -> pingUnanswered = false);
        client.closeHandler(closed -> closed());
        client.exceptionHandler(broken -> {
            // the close that follows says it all
        });
        pinging = vertx.setPeriodic(keepAlive.toMillis(), timer -> ping());
    }

    MqttLink opened(boolean present) {
        sessionPresent = present;
        open = true;
        return this;
    }

    /** Ends an attempt that failed, without telling the listener. */
    void abandon() {
        told = true;
        vertx.cancelTimer(pinging);
        guarded(client::disconnect).otherwiseEmpty();
    }

    @Override
    public boolean sessionPresent() {
        return sessionPresent;
    }

    @Override
    public boolean isOpen() {
        return open && client.isConnected();
    }

    @Override
    public Future<Void> subscribe(Map<String, Integer> filters) {
        if (filters.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> answered = Promise.promise();
        return guarded(() -> client.subscribe(filters)
                        .onSuccess(packet -> subscribed.put(packet, answered))
                        .compose(sent -> answered.future()))
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Future<Void> publish(String topic, Buffer payload, int qos, boolean again) {
        if (!isOpen()) {
            return Future.failedFuture("the connection is closed");
        }
        var sent = MqttQoS.valueOf(qos);
        if (sent == MqttQoS.AT_MOST_ONCE) {
            return guarded(
                    () -> client.publish(topic, payload, sent, false, false).mapEmpty());
        }
        Promise<Void> acknowledged = Promise.promise();
        return guarded(() -> client.publish(topic, payload, sent, again, false)
                .onSuccess(packet -> awaitAcknowledgement(packet, acknowledged))
                .compose(written -> acknowledged.future()));
    }

    @Override
    public Future<Void> disconnect() {
        if (!isOpen()) {
            closed();
            return Future.succeededFuture();
        }
        return guarded(client::disconnect)
                .timeout(FAREWELL_MILLIS, TimeUnit.MILLISECONDS)
                .onComplete(done -> closed());
    }

    private void awaitAcknowledgement(int packet, Promise<Void> acknowledged) {
        if (early.remove(packet)) {
            acknowledged.complete();
        } else if (told) {
            acknowledged.fail("the connection was closed before the broker acknowledged");
        } else {
            published.put(packet, acknowledged);
        }
    }

    private void acknowledged(int packet) {
        var waiting = published.remove(packet);
        if (waiting == null) {
            early.add(packet);
        } else {
            waiting.complete();
        }
    }

    private void subscribed(MqttSubAckMessage answer) {
        var waiting = subscribed.remove(answer.messageId());
        if (waiting == null) {
            return;
        }
        if (answer.grantedQoSLevels().stream().anyMatch(granted -> granted >= REFUSED)) {
            waiting.fail("the broker refuses a subscription");
        } else {
            waiting.complete();
        }
    }

    private void ping() {
        if (!isOpen()) {
            return;
        }
        if (pingUnanswered) {
            // MQTT 3.1.1, 3.1.2.10: no answer within a reasonable time
            disconnect().otherwiseEmpty();
            return;
        }
        pingUnanswered = true;
        try {
            client.ping();
        } catch (RuntimeException closedMeanwhile) {
            closed();
        }
    }

    private void closed() {
        open = false;
        vertx.cancelTimer(pinging);
        if (told) {
            return;
        }
        told = true;
        var unanswered = new ArrayList<>(published.values());
        unanswered.addAll(subscribed.values());
        published.clear();
        subscribed.clear();
        unanswered.forEach(each -> each.tryFail("the connection was closed before the broker acknowledged"));
        listener.closed(this);
    }

    /** The client throws on a connection that has just closed. */
    private static <T> Future<T> guarded(Supplier<Future<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException closedMeanwhile) {
            return Future.failedFuture(closedMeanwhile);
        }
    }
}
