package io.lumia.broker;

import io.lumia.config.BrokerConfig;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What client and broker agree on at CONNECT (MQTT 5, 3.1.2.11 and 3.2.2.3).
 *
 * @param clientId the client's, or one that the broker made
 * @param sessionExpiry how long the session outlives the connection, at most what the configuration allows
 * @param keepAlive zero: the client may be silent for ever
 * @param receiveMaximum unacknowledged messages that the client takes at most
 * @param maximumPacketSize bytes that the client takes at most
 * @param topicAliasMaximum aliases that the client takes at most, and we use
 * @param acknowledgement properties of CONNACK
 */
record ConnectTerms(
        boolean mqtt5,
        String clientId,
        boolean cleanStart,
        Duration sessionExpiry,
        Duration longestExpiry,
        Duration keepAlive,
        int receiveMaximum,
        long maximumPacketSize,
        int topicAliasMaximum,
        MqttProperties acknowledgement) {
    static final long UNLIMITED = 0xffff_ffffL;
    private static final int MOST_16_BIT = 65_535;

    static ConnectTerms of(MqttConnectMessage connect, BrokerConfig config) {
        var flags = connect.variableHeader();
        boolean mqtt5 = flags.version() == 5;
        var asked = flags.properties();
        var longest = config.maxSessionExpiry();
        var wanted = mqtt5 ? expiry(asked) : flags.isCleanSession() ? Duration.ZERO : longest;
        var expiry = shorter(wanted, longest);
        var keepAlive = Duration.ofSeconds(flags.keepAliveTimeSeconds());
        var allowed = config.limits().keepAlive();
        boolean shortened = mqtt5 && (keepAlive.isZero() || keepAlive.compareTo(allowed) > 0);
        var given = connect.payload().clientIdentifier();
        var clientId = given.isEmpty() ? "auto-" + UUID.randomUUID() : given;
        return new ConnectTerms(
                mqtt5,
                clientId,
                flags.isCleanSession(),
                expiry,
                longest,
                shortened ? allowed : keepAlive,
                number(asked, MqttProperties.RECEIVE_MAXIMUM, MOST_16_BIT),
                Integer.toUnsignedLong(number(asked, MqttProperties.MAXIMUM_PACKET_SIZE, -1)),
                Math.min(
                        number(asked, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0),
                        config.limits().topicAliases()),
                mqtt5
                        ? acknowledgement(
                                config,
                                given.isEmpty() ? clientId : null,
                                expiry.equals(wanted) ? null : expiry,
                                shortened ? allowed : null)
                        : MqttProperties.NO_PROPERTIES);
    }

    /** What is not said has its default: QoS 2, retained messages, wildcards, identifiers and shared subscriptions are available. */
    private static MqttProperties acknowledgement(
            BrokerConfig config,
            @Nullable String assigned,
            @Nullable Duration otherExpiry,
            @Nullable Duration otherKeepAlive) {
        var properties = new MqttProperties();
        add(properties, MqttProperties.RECEIVE_MAXIMUM, config.limits().receiveMaximum());
        add(properties, MqttProperties.MAXIMUM_PACKET_SIZE, config.maxPacketSize());
        if (config.limits().topicAliases() > 0) {
            add(properties, MqttProperties.TOPIC_ALIAS_MAXIMUM, config.limits().topicAliases());
        }
        if (assigned != null) {
            properties.add(new StringProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER, assigned));
        }
        if (otherExpiry != null) {
            add(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, (int) otherExpiry.toSeconds());
        }
        if (otherKeepAlive != null) {
            add(properties, MqttProperties.SERVER_KEEP_ALIVE, (int) otherKeepAlive.toSeconds());
        }
        return properties;
    }

    /** The expiry that a DISCONNECT sets (MQTT 5, 3.14.2.2.2); null: unchanged. */
    @Nullable
    Duration changedExpiry(MqttProperties goodbye) {
        return goodbye.getProperty(MqttProperties.SESSION_EXPIRY_INTERVAL) == null
                ? null
                : shorter(expiry(goodbye), longestExpiry);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? other : one;
    }

    private static Duration expiry(MqttProperties properties) {
        return Duration.ofSeconds(
                Integer.toUnsignedLong(number(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, 0)));
    }

    private static void add(MqttProperties properties, int id, int value) {
        properties.add(new IntegerProperty(id, value));
    }

    private static int number(MqttProperties properties, int id, int otherwise) {
        return properties.getProperty(id) instanceof IntegerProperty property ? property.value() : otherwise;
    }
}
