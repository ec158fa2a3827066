package io.lumia.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lumia.broker.wire.Packets;
import io.lumia.x509.Printable;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscribePayload;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribePayload;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The packets that a client sends, in Netty's types, and its messages out of them. */
final class ClientPackets {
    private static final byte[] NOTHING = {};

    private ClientPackets() {}

    static MqttMessage connect(Connect asked) {
        var properties = new MqttProperties();
        if (!asked.sessionExpiry().isZero()) {
            properties.add(seconds(MqttProperties.SESSION_EXPIRY_INTERVAL, asked.sessionExpiry()));
        }
        properties.add(new IntegerProperty(MqttProperties.RECEIVE_MAXIMUM, asked.receiveMaximum()));
        properties.add(new IntegerProperty(MqttProperties.MAXIMUM_PACKET_SIZE, asked.maximumPacketSize()));
        var will = asked.will();
        var left = will == null ? null : will.message();
        var header = new MqttConnectVariableHeader(
                MqttVersion.MQTT_5.protocolName(),
                MqttVersion.MQTT_5.protocolLevel(),
                false,
                false,
                left != null && left.retain(),
                left == null ? 0 : left.qos(),
                left != null,
                asked.cleanStart(),
                (int) asked.keepAlive().toSeconds(),
                properties);
        var payload = new MqttConnectPayload(
                asked.clientId(),
                will == null ? MqttProperties.NO_PROPERTIES : willProperties(will),
                left == null ? null : left.topic(),
                left == null ? NOTHING : left.payload().getBytes(),
                null,
                NOTHING);
        return new MqttConnectMessage(fixed(MqttMessageType.CONNECT, 0), header, payload);
    }

    private static MqttProperties willProperties(Connect.Will will) {
        var properties = new MqttProperties();
        properties(will.message()).listAll().forEach(properties::add);
        properties.add(seconds(MqttProperties.WILL_DELAY_INTERVAL, will.delay()));
        return properties;
    }

    static MqttMessage publish(Message message, int packetId, boolean dup) {
        return Packets.publish(
                message.topic(),
                message.payload().getBytes(),
                message.qos(),
                dup,
                message.retain(),
                packetId,
                properties(message));
    }

    static MqttMessage subscribe(int packetId, List<Subscription> subscriptions) {
        var filters = subscriptions.stream()
                .map(each -> new MqttTopicSubscription(
                        each.filter(),
                        new MqttSubscriptionOption(
                                MqttQoS.valueOf(each.qos()),
                                each.noLocal(),
                                each.retainAsPublished(),
                                RetainedHandlingPolicy.valueOf(each.retainHandling()))))
                .toList();
        return new MqttSubscribeMessage(
                fixed(MqttMessageType.SUBSCRIBE, 1), header(packetId), new MqttSubscribePayload(filters));
    }

    static MqttMessage unsubscribe(int packetId, List<String> filters) {
        return new MqttUnsubscribeMessage(
                fixed(MqttMessageType.UNSUBSCRIBE, 1), header(packetId), new MqttUnsubscribePayload(filters));
    }

    static MqttMessage pingreq() {
        return new MqttMessage(fixed(MqttMessageType.PINGREQ, 0));
    }

    static Message message(MqttPublishMessage packet) {
        var properties = packet.variableHeader().properties();
        return new Message(
                packet.variableHeader().topicName(),
                Buffer.buffer(ByteBufUtil.getBytes(packet.payload())),
                packet.fixedHeader().qosLevel().value(),
                packet.fixedHeader().isRetain(),
                text(properties, MqttProperties.RESPONSE_TOPIC),
                properties.getProperty(MqttProperties.CORRELATION_DATA) instanceof BinaryProperty data
                        ? Buffer.buffer(data.value())
                        : null,
                text(properties, MqttProperties.CONTENT_TYPE),
                properties.getProperty(MqttProperties.PUBLICATION_EXPIRY_INTERVAL) instanceof IntegerProperty left
                        ? Duration.ofSeconds(Integer.toUnsignedLong(left.value()))
                        : null,
                userProperties(properties));
    }

    /** What the server said about a refusal or an end, fit for a log; empty when it said nothing. */
    static String reasonString(@Nullable MqttProperties properties) {
        var said = properties == null ? null : text(properties, MqttProperties.REASON_STRING);
        return said == null ? "" : Printable.quoted(said);
    }

    /** The bytes of a PUBLISH with its fixed header. */
    static long size(Message message) {
        long properties = 0;
        properties += message.responseTopic() == null ? 0 : 3 + utf8(message.responseTopic());
        properties += message.contentType() == null ? 0 : 3 + utf8(message.contentType());
        properties += message.correlationData() == null
                ? 0
                : 3 + message.correlationData().length();
        properties += message.expiry() == null ? 0 : 5;
        for (Message.UserProperty each : message.userProperties()) {
            properties += 5L + utf8(each.name()) + utf8(each.value());
        }
        long remaining = 2L
                + utf8(message.topic())
                + (message.qos() == 0 ? 0 : 2)
                + digits(properties)
                + properties
                + message.payload().length();
        return 1 + digits(remaining) + remaining;
    }

    private static int utf8(String text) {
        return text.getBytes(UTF_8).length;
    }

    /** Bytes of a variable byte integer (1.5.5). */
    private static int digits(long value) {
        return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
    }

    private static MqttProperties properties(Message message) {
        var properties = new MqttProperties();
        if (message.expiry() != null) {
            properties.add(seconds(MqttProperties.PUBLICATION_EXPIRY_INTERVAL, message.expiry()));
        }
        if (message.responseTopic() != null) {
            properties.add(new StringProperty(MqttProperties.RESPONSE_TOPIC, message.responseTopic()));
        }
        if (message.correlationData() != null) {
            properties.add(new BinaryProperty(
                    MqttProperties.CORRELATION_DATA, message.correlationData().getBytes()));
        }
        if (message.contentType() != null) {
            properties.add(new StringProperty(MqttProperties.CONTENT_TYPE, message.contentType()));
        }
        message.userProperties().forEach(each -> properties.add(new UserProperty(each.name(), each.value())));
        return properties;
    }

    private static List<Message.UserProperty> userProperties(MqttProperties properties) {
        var found = new ArrayList<Message.UserProperty>();
        if (properties.getProperty(MqttProperties.USER_PROPERTY) instanceof UserProperties given) {
            for (StringPair each : given.value()) {
                found.add(new Message.UserProperty(each.key, each.value));
            }
        }
        return found;
    }

    private static @Nullable String text(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof StringProperty given ? given.value() : null;
    }

    /** At least one second, so that zero keeps its meaning; at most what four bytes hold. */
    private static IntegerProperty seconds(int id, Duration given) {
        long whole = given.plusSeconds(1).minusNanos(1).toSeconds();
        return new IntegerProperty(id, (int) Math.min(whole, 0xffff_ffffL));
    }

    private static MqttMessageIdAndPropertiesVariableHeader header(int packetId) {
        return new MqttMessageIdAndPropertiesVariableHeader(packetId, MqttProperties.NO_PROPERTIES);
    }

    private static MqttFixedHeader fixed(MqttMessageType type, int qos) {
        return new MqttFixedHeader(type, false, MqttQoS.valueOf(qos), false, 0);
    }
}
