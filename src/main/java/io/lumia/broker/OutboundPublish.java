package io.lumia.broker;

import io.lumia.broker.wire.Packets;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;
import java.time.Clock;

/** The PUBLISH packets of one connection: what a message becomes for this client (MQTT 5, 3.3). */
final class OutboundPublish {
    private static final int EXPIRY_SIZE = 5;
    private static final int ALIAS_SIZE = 3;
    private static final int IDENTIFIER_SIZE = 5;

    private final ConnectTerms terms;
    private final TopicAliases aliases;
    private final Clock clock;

    OutboundPublish(ConnectTerms terms, TopicAliases aliases, Clock clock) {
        this.terms = terms;
        this.aliases = aliases;
        this.clock = clock;
    }

    /** Whether the client accepts a packet of this size (3.1.2.11.4). A few bytes too careful where an alias or identifier comes along. */
    boolean fits(Delivery delivery) {
        return terms.maximumPacketSize() == ConnectTerms.UNLIMITED || size(delivery) <= terms.maximumPacketSize();
    }

    MqttMessage packet(Delivery delivery, int packetId, boolean dup) {
        var message = delivery.message();
        if (!terms.mqtt5()) {
            return Packets.publish(
                    message.topic(),
                    message.payload(),
                    delivery.qos(),
                    dup,
                    delivery.retain(),
                    packetId,
                    MqttProperties.NO_PROPERTIES);
        }
        boolean known = aliases.isKnown(message.topic());
        int alias = aliases.aliasFor(message.topic());
        return Packets.publish(
                known ? "" : message.topic(),
                message.payload(),
                delivery.qos(),
                dup,
                delivery.retain(),
                packetId,
                properties(delivery, alias));
    }

    private MqttProperties properties(Delivery delivery, int alias) {
        var message = delivery.message();
        boolean expires = message.expiresAt() != Message.NEVER;
        if (alias == 0 && !expires && delivery.identifiers().length == 0) {
            return message.properties();
        }
        var properties = new MqttProperties();
        message.properties().listAll().forEach(properties::add);
        if (expires) {
            properties.add(new IntegerProperty(
                    MqttProperties.PUBLICATION_EXPIRY_INTERVAL, message.secondsLeft(clock.instant())));
        }
        if (alias != 0) {
            properties.add(new IntegerProperty(MqttProperties.TOPIC_ALIAS, alias));
        }
        for (int identifier : delivery.identifiers()) {
            properties.add(new IntegerProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER, identifier));
        }
        return properties;
    }

    private long size(Delivery delivery) {
        var message = delivery.message();
        long size = 2L + ByteBufUtil.utf8Bytes(message.topic()) + message.payload().length;
        size += delivery.qos() > 0 ? 2 : 0;
        if (terms.mqtt5()) {
            int properties = propertiesSize(delivery);
            size += properties + digits(properties);
        }
        return 1 + digits(size) + size;
    }

    private int propertiesSize(Delivery delivery) {
        int size = delivery.identifiers().length * IDENTIFIER_SIZE
                + (terms.topicAliasMaximum() > 0 ? ALIAS_SIZE : 0)
                + (delivery.message().expiresAt() == Message.NEVER ? 0 : EXPIRY_SIZE);
        for (MqttProperty<?> property : delivery.message().properties().listAll()) {
            size += size(property);
        }
        return size;
    }

    private static int size(MqttProperty<?> property) {
        if (property instanceof StringProperty text) {
            return 3 + ByteBufUtil.utf8Bytes(text.value());
        }
        if (property instanceof BinaryProperty data) {
            return 3 + data.value().length;
        }
        if (property instanceof UserProperties users) {
            return users.value().stream()
                    .mapToInt(pair -> 5 + ByteBufUtil.utf8Bytes(pair.key) + ByteBufUtil.utf8Bytes(pair.value))
                    .sum();
        }
        return 2; // the payload format indicator
    }

    private static int digits(long length) {
        return length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
    }
}
