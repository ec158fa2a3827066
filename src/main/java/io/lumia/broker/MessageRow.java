package io.lumia.broker;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;

/** A message as it is stored. */
final class MessageRow {
    private static final int FIXED = 64;

    private MessageRow() {}

    static byte[] write(Message message) {
        var row = Row.toWrite(FIXED + message.size());
        row.put((byte) message.qos());
        row.put(message.retain());
        row.put(message.expiresAt());
        row.put(message.topic());
        row.put(message.payload());
        row.put(message.publisher().identity());
        row.put(message.publisher().clientId());
        var properties = message.properties().listAll();
        row.put(properties.size());
        for (MqttProperty<?> property : properties) {
            write(row, property);
        }
        return row.value();
    }

    static Message read(byte[] value) {
        var row = Row.of(value);
        int qos = row.nextByte();
        boolean retain = row.nextBoolean();
        long expiresAt = row.nextLong();
        var topic = row.nextName();
        var payload = row.nextBytes();
        var publisher = new SessionKey(row.nextName(), row.nextName());
        return new Message(topic, payload, qos, retain, properties(row), expiresAt, publisher);
    }

    private static void write(Row row, MqttProperty<?> property) {
        row.put(property.propertyId());
        if (property instanceof IntegerProperty number) {
            row.put((int) number.value());
        } else if (property instanceof StringProperty text) {
            row.put(text.value());
        } else if (property instanceof BinaryProperty data) {
            row.put(data.value());
        } else if (property instanceof UserProperties users) {
            row.put(users.value().size());
            users.value().forEach(pair -> {
                row.put(pair.key);
                row.put(pair.value);
            });
        }
    }

    private static MqttProperties properties(Row row) {
        int count = row.nextInt();
        if (count == 0) {
            return MqttProperties.NO_PROPERTIES;
        }
        var properties = new MqttProperties();
        for (int i = 0; i < count; i++) {
            properties.add(property(row.nextInt(), row));
        }
        return properties;
    }

    private static MqttProperty<?> property(int id, Row row) {
        return switch (id) {
            case MqttProperties.PAYLOAD_FORMAT_INDICATOR -> new IntegerProperty(id, row.nextInt());
            case MqttProperties.CORRELATION_DATA -> new BinaryProperty(id, row.nextBytes());
            case MqttProperties.USER_PROPERTY -> {
                var users = new UserProperties();
                for (int left = row.nextInt(); left > 0; left--) {
                    users.add(new StringPair(row.nextName(), row.nextName()));
                }
                yield users;
            }
            default -> new StringProperty(id, row.nextName());
        };
    }
}
