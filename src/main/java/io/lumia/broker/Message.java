package io.lumia.broker;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * One published message, shared by all who receive it; neither payload nor properties are ever written to.
 *
 * @param qos 0 to 2, as published
 * @param retain as published
 * @param properties those that are passed on unchanged (MQTT 5, 3.3.2.3)
 * @param expiresAt epoch milliseconds; {@link #NEVER} without expiry
 * @param publisher whose session sent it
 */
@SuppressWarnings("ArrayRecordComponent") // one copy for all sessions; compared by nobody
record Message(
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        MqttProperties properties,
        long expiresAt,
        SessionKey publisher) {
    static final long NEVER = Long.MAX_VALUE;

    private static final long MS = 1000;
    private static final int SMALLEST = 48;
    private static final int PAIR = 112;
    private static final int[] PASSED_ON = {
        MqttProperties.PAYLOAD_FORMAT_INDICATOR,
        MqttProperties.CONTENT_TYPE,
        MqttProperties.RESPONSE_TOPIC,
        MqttProperties.CORRELATION_DATA,
        MqttProperties.USER_PROPERTY
    };

    /** @param topic the one published to, an alias resolved */
    static Message of(MqttPublishMessage published, String topic, SessionKey publisher, Clock clock) {
        var properties = published.variableHeader().properties();
        return new Message(
                topic,
                ByteBufUtil.getBytes(published.payload()),
                published.fixedHeader().qosLevel().value(),
                published.fixedHeader().isRetain(),
                passedOn(properties),
                expiresAt(properties, clock),
                publisher);
    }

    /** The will of a CONNECT; its expiry counts from when it is published. */
    static Message will(MqttConnectMessage connect, SessionKey publisher) {
        var flags = connect.variableHeader();
        return new Message(
                connect.payload().willTopic(),
                connect.payload().willMessageInBytes(),
                flags.willQos(),
                flags.isWillRetain(),
                passedOn(connect.payload().willProperties()),
                NEVER,
                publisher);
    }

    Message expiringAt(long then) {
        return new Message(topic, payload, qos, retain, properties, then, publisher);
    }

    boolean isExpired(long nowMs) {
        return expiresAt <= nowMs;
    }

    /** Whole seconds that are left (3.3.2.3.3); at least one. */
    int secondsLeft(Instant now) {
        return (int) Math.max(1, (expiresAt - now.toEpochMilli() + MS - 1) / MS);
    }

    /** About what it takes on the wire and in memory; each property is objects of its own. */
    int size() {
        int size = topic.length() + payload.length + SMALLEST;
        for (MqttProperty<?> property : properties.listAll()) {
            size += SMALLEST + size(property.value());
        }
        return size;
    }

    private static int size(Object value) {
        if (value instanceof List<?> userProperties) {
            return userProperties.stream().mapToInt(Message::size).sum();
        }
        if (value instanceof StringPair pair) {
            return PAIR + pair.key.length() + pair.value.length();
        }
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        return value instanceof String text ? text.length() : 0;
    }

    static long expiresAt(MqttProperties properties, Clock clock) {
        return properties.getProperty(MqttProperties.PUBLICATION_EXPIRY_INTERVAL) instanceof IntegerProperty seconds
                ? clock.millis() + MS * Integer.toUnsignedLong(seconds.value())
                : NEVER;
    }

    private static MqttProperties passedOn(MqttProperties all) {
        if (all.listAll().isEmpty()) {
            return MqttProperties.NO_PROPERTIES;
        }
        var kept = new MqttProperties();
        for (int id : PASSED_ON) {
            all.getProperties(id).forEach(kept::add);
        }
        return kept;
    }
}
