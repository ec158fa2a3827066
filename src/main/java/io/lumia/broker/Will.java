package io.lumia.broker;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the broker publishes for a client that went without a word (MQTT 5, 3.1.2.5).
 *
 * @param delay how long a new connection may prevent it; it is published at the session's end at the latest
 * @param expiry of the message in seconds from when it is published; null: none
 */
record Will(Message message, Duration delay, @Nullable Long expiry) {
    /** @return null when the CONNECT has none */
    static @Nullable Will of(MqttConnectMessage connect, SessionKey publisher) {
        if (!connect.variableHeader().isWillFlag()) {
            return null;
        }
        var properties = connect.payload().willProperties();
        var delay = seconds(properties, MqttProperties.WILL_DELAY_INTERVAL);
        return new Will(
                Message.will(connect, publisher),
                Duration.ofSeconds(delay == null ? 0 : delay),
                seconds(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL));
    }

    /** The message, its expiry counting from now. */
    Message due(Clock clock) {
        return expiry == null ? message : message.expiringAt(clock.millis() + 1000 * expiry);
    }

    private static @Nullable Long seconds(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof IntegerProperty property
                ? Long.valueOf(Integer.toUnsignedLong(property.value()))
                : null;
    }
}
