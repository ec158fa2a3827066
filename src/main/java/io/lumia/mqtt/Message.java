package io.lumia.mqtt;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as published or received (MQTT 5, 3.3).
 *
 * @param qos 0 to 2
 * @param responseTopic where an answer is expected (3.3.2.3.5)
 * @param correlationData pairs the answer with its request (3.3.2.3.6)
 * @param expiry what is left of its life, in whole seconds on the wire, counted by the server; null: it does not expire
 */
public record Message(
        String topic,
        Buffer payload,
        int qos,
        boolean retain,
        @Nullable String responseTopic,
        @Nullable Buffer correlationData,
        @Nullable String contentType,
        @Nullable Duration expiry,
        List<UserProperty> userProperties) {
    /** A name may come several times; the order is kept (3.3.2.3.7). */
    public record UserProperty(String name, String value) {}

    public Message {
        if (qos < 0 || qos > 2) {
            throw new IllegalArgumentException("QoS is 0, 1 or 2, not " + qos);
        }
        userProperties = List.copyOf(userProperties);
    }

    /** Not retained, without properties. */
    public static Message of(String topic, Buffer payload, int qos) {
        return new Message(topic, payload, qos, false, null, null, null, null, List.of());
    }

    /** The same message as a request (4.10). */
    public Message asking(String answerTopic, Buffer correlation) {
        return new Message(topic, payload, qos, retain, answerTopic, correlation, contentType, expiry, userProperties);
    }

    /** The same message as the answer to a request. */
    public Message answering(Buffer correlation) {
        return new Message(
                topic, payload, qos, retain, responseTopic, correlation, contentType, expiry, userProperties);
    }

    public Message expiringAfter(Duration life) {
        return new Message(
                topic, payload, qos, retain, responseTopic, correlationData, contentType, life, userProperties);
    }

    public Message retained() {
        return new Message(
                topic, payload, qos, true, responseTopic, correlationData, contentType, expiry, userProperties);
    }

    public Message with(UserProperty... more) {
        return new Message(
                topic, payload, qos, retain, responseTopic, correlationData, contentType, expiry, List.of(more));
    }

    /** The value of the first user property of this name. */
    public Optional<String> userProperty(String name) {
        return userProperties.stream()
                .filter(each -> each.name.equals(name))
                .map(UserProperty::value)
                .findFirst();
    }
}
