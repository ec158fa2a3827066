package io.lumia.broker.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import java.util.List;

/** The packets that a broker sends, in Netty's types. */
public final class Packets {
    private Packets() {}

    public static MqttMessage connack(MqttConnectReturnCode code, boolean sessionPresent, MqttProperties properties) {
        return new MqttConnAckMessage(
                fixed(MqttMessageType.CONNACK, 0), new MqttConnAckVariableHeader(code, sessionPresent, properties));
    }

    /** A CONNACK of MQTT 5 for a CONNECT so broken that Netty's encoder does not know the version. */
    public static ByteBuf refusal5(ReasonCode reason) {
        return Unpooled.wrappedBuffer(new byte[] {0x20, 3, 0, reason.value(), 0});
    }

    public static MqttMessage publish(
            String topic,
            byte[] payload,
            int qos,
            boolean dup,
            boolean retain,
            int packetId,
            MqttProperties properties) {
        return new MqttPublishMessage(
                new MqttFixedHeader(MqttMessageType.PUBLISH, dup, MqttQoS.valueOf(qos), retain, 0),
                new MqttPublishVariableHeader(topic, packetId, properties),
                Unpooled.wrappedBuffer(payload));
    }

    /** @param type PUBACK, PUBREC, PUBREL or PUBCOMP */
    public static MqttMessage answer(MqttMessageType type, int packetId, ReasonCode reason) {
        int flags = type == MqttMessageType.PUBREL ? 1 : 0;
        return new MqttMessage(
                fixed(type, flags),
                new MqttPubReplyMessageVariableHeader(packetId, reason.value(), MqttProperties.NO_PROPERTIES));
    }

    /** @param codes granted QoS or a failure, one for each filter */
    public static MqttMessage suback(int packetId, List<Integer> codes) {
        return new MqttSubAckMessage(
                fixed(MqttMessageType.SUBACK, 0),
                new MqttMessageIdAndPropertiesVariableHeader(packetId, MqttProperties.NO_PROPERTIES),
                new MqttSubAckPayload(codes));
    }

    public static MqttMessage unsuback(int packetId, List<ReasonCode> codes) {
        var values = codes.stream().map(code -> (short) code.code()).toList();
        return new MqttUnsubAckMessage(
                fixed(MqttMessageType.UNSUBACK, 0),
                new MqttMessageIdAndPropertiesVariableHeader(packetId, MqttProperties.NO_PROPERTIES),
                new MqttUnsubAckPayload(values));
    }

    public static MqttMessage disconnect(ReasonCode reason, MqttProperties properties) {
        return new MqttMessage(
                fixed(MqttMessageType.DISCONNECT, 0),
                new MqttReasonCodeAndPropertiesVariableHeader(reason.value(), properties));
    }

    private static MqttFixedHeader fixed(MqttMessageType type, int qos) {
        return new MqttFixedHeader(type, false, MqttQoS.valueOf(qos), false, 0);
    }
}
