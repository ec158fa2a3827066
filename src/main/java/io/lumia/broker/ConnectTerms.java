package io.lumia.broker;

import io.lumia.config.BrokerConfig;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.vertx.mqtt.MqttEndpoint;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What client and broker agree on at CONNECT (MQTT 5, 3.1.2.11 and 3.2.2.3).
 *
 * @param clientId the client's, or one that the broker made
 * @param assigned whether the broker made it
 * @param sessionExpiry how long the session outlives the connection, at most what the configuration allows
 * @param receiveMaximum unacknowledged messages that the client takes at most
 * @param maximumPacketSize bytes that the client takes at most; 0: no limit
 * @param acknowledgement properties of CONNACK
 */
record ConnectTerms(
        boolean mqtt5,
        String clientId,
        boolean assigned,
        boolean cleanStart,
        Duration sessionExpiry,
        Duration longestExpiry,
        int receiveMaximum,
        int maximumPacketSize,
        boolean willIsDelayed,
        String tls,
        MqttProperties acknowledgement) {
    private static final int MQTT_5 = 5;
    private static final int MOST_INFLIGHT = 65_535;

    static ConnectTerms of(MqttEndpoint endpoint, BrokerConfig config) {
        boolean mqtt5 = isMqtt5(endpoint);
        var asked = endpoint.connectProperties() == null ? MqttProperties.NO_PROPERTIES : endpoint.connectProperties();
        var longest = config.maxSessionExpiry();
        var wanted = mqtt5 ? seconds(asked) : endpoint.isCleanSession() ? Duration.ZERO : longest;
        var expiry = wanted.compareTo(longest) > 0 ? longest : wanted;
        var given = endpoint.clientIdentifier();
        boolean assigned = given == null || given.isEmpty();
        var clientId = assigned ? "auto-" + UUID.randomUUID() : given;
        var properties = new MqttProperties();
        if (mqtt5) {
            properties.add(new IntegerProperty(MqttProperties.MAXIMUM_QOS, 1));
            properties.add(new IntegerProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0));
            properties.add(new IntegerProperty(MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0));
            properties.add(new IntegerProperty(MqttProperties.MAXIMUM_PACKET_SIZE, config.maxPacketSize()));
            if (assigned) {
                properties.add(new StringProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER, clientId));
            }
            if (!expiry.equals(wanted)) {
                properties.add(new IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, (int) expiry.toSeconds()));
            }
        }
        var session = endpoint.sslSession();
        return new ConnectTerms(
                mqtt5,
                clientId,
                assigned,
                endpoint.isCleanSession(),
                expiry,
                longest,
                number(asked, MqttProperties.RECEIVE_MAXIMUM, MOST_INFLIGHT),
                number(asked, MqttProperties.MAXIMUM_PACKET_SIZE, 0),
                willIsDelayed(endpoint),
                session == null ? "none" : session.getProtocol() + " " + session.getCipherSuite(),
                properties);
    }

    static boolean isMqtt5(MqttEndpoint endpoint) {
        return endpoint.protocolVersion() >= MQTT_5;
    }

    /** The expiry that a DISCONNECT sets (MQTT 5, 3.14.2.2.2), which may not begin with none; null: unchanged. */
    @Nullable
    Duration changedExpiry(@Nullable MqttProperties goodbye) {
        if (!mqtt5
                || goodbye == null
                || sessionExpiry.isZero()
                || goodbye.getProperty(MqttProperties.SESSION_EXPIRY_INTERVAL) == null) {
            return null;
        }
        var wanted = seconds(goodbye);
        return wanted.compareTo(longestExpiry) > 0 ? longestExpiry : wanted;
    }

    private static boolean willIsDelayed(MqttEndpoint endpoint) {
        var will = endpoint.will();
        return will != null
                && will.isWillFlag()
                && will.getWillProperties() != null
                && number(will.getWillProperties(), MqttProperties.WILL_DELAY_INTERVAL, 0) != 0;
    }

    private static Duration seconds(MqttProperties properties) {
        return Duration.ofSeconds(
                Integer.toUnsignedLong(number(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, 0)));
    }

    private static int number(MqttProperties properties, int id, int otherwise) {
        return properties.getProperty(id) instanceof IntegerProperty property ? property.value() : otherwise;
    }
}
