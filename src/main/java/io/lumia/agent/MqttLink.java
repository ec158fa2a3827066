package io.lumia.agent;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Map;

/** One MQTT connection that was accepted. The only place that knows the client library is its implementation. */
public interface MqttLink {
    /** Whether the broker kept the session of an earlier connection (MQTT 3.1.1, 3.2.2.2). */
    boolean sessionPresent();

    boolean isOpen();

    /** Completes with the broker's SUBACK; fails when it refuses a filter. */
    Future<Void> subscribe(Map<String, Integer> filters);

    /**
     * QoS 0 completes once written, QoS 1 with the broker's PUBACK; fails when the connection ends before.
     *
     * @param again whether it was sent before (DUP, MQTT 3.1.1, 3.3.1.1)
     */
    Future<Void> publish(String topic, Buffer payload, int qos, boolean again);

    /** Sends DISCONNECT and closes; completes also when the connection is gone already. */
    Future<Void> disconnect();

    /** What a connection tells; called on the context that made it. */
    interface Listener {
        void message(String topic, Buffer payload, int qos);

        /** It ended, whoever ended it. Called once. */
        void closed(MqttLink link);
    }
}
