package io.lumia.mqtt;

import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import java.time.Duration;

/**
 * What the server told in CONNACK (MQTT 5, 3.2.2).
 *
 * @param sessionPresent whether it kept the session of an earlier connection
 * @param clientId the one assigned, or ours
 * @param sessionExpiry the server's, or ours
 * @param keepAlive the server's, or ours
 * @param receiveMaximum QoS 1 and 2 messages that we may have under way
 * @param maximumQos of what we publish
 * @param retainAvailable whether we may publish retained messages
 * @param maximumPacketSize in bytes, of what we send
 */
public record ServerTerms(
        boolean sessionPresent,
        String clientId,
        Duration sessionExpiry,
        Duration keepAlive,
        int receiveMaximum,
        int maximumQos,
        boolean retainAvailable,
        int maximumPacketSize) {
    static ServerTerms of(MqttConnAckMessage connack, Connect asked) {
        var told = connack.variableHeader();
        var properties = told.properties();
        int largest = number(properties, MqttProperties.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE);
        return new ServerTerms(
                told.isSessionPresent(),
                properties.getProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER) instanceof StringProperty assigned
                        ? assigned.value()
                        : asked.clientId(),
                seconds(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, asked.sessionExpiry()),
                seconds(properties, MqttProperties.SERVER_KEEP_ALIVE, asked.keepAlive()),
                number(properties, MqttProperties.RECEIVE_MAXIMUM, 65_535),
                number(properties, MqttProperties.MAXIMUM_QOS, 2),
                number(properties, MqttProperties.RETAIN_AVAILABLE, 1) == 1,
                // four bytes without sign
                largest < 0 ? Integer.MAX_VALUE : largest);
    }

    private static int number(MqttProperties properties, int id, int otherwise) {
        return properties.getProperty(id) instanceof IntegerProperty given ? given.value() : otherwise;
    }

    private static Duration seconds(MqttProperties properties, int id, Duration otherwise) {
        return properties.getProperty(id) instanceof IntegerProperty given
                ? Duration.ofSeconds(Integer.toUnsignedLong(given.value()))
                : otherwise;
    }
}
