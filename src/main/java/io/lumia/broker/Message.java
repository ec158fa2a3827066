package io.lumia.broker;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttWill;
import io.vertx.mqtt.messages.MqttPublishMessage;

/**
 * One published message, shared by all who receive it; the payload is never written to.
 *
 * @param qos 0 to 2, as published
 * @param retain as published
 * @param properties those that are passed on (MQTT 5, 3.3.2.3)
 * @param publisher whose session sent it
 */
record Message(String topic, Buffer payload, int qos, boolean retain, MqttProperties properties, SessionKey publisher) {
    private static final int[] PASSED_ON = {
        MqttProperties.PAYLOAD_FORMAT_INDICATOR,
        MqttProperties.PUBLICATION_EXPIRY_INTERVAL,
        MqttProperties.CONTENT_TYPE,
        MqttProperties.RESPONSE_TOPIC,
        MqttProperties.CORRELATION_DATA,
        MqttProperties.USER_PROPERTY
    };

    static Message of(MqttPublishMessage published, SessionKey publisher) {
        return new Message(
                published.topicName(),
                published.payload(),
                published.qosLevel().value(),
                published.isRetain(),
                passedOn(published.properties()),
                publisher);
    }

    static Message of(MqttWill will, SessionKey publisher) {
        var payload = will.getWillMessage() == null ? Buffer.buffer() : will.getWillMessage();
        return new Message(
                will.getWillTopic(),
                payload,
                will.getWillQos(),
                will.isWillRetain(),
                passedOn(will.getWillProperties()),
                publisher);
    }

    /** About what it takes on the wire. */
    int size() {
        return topic.length() + payload.length() + 16;
    }

    private static MqttProperties passedOn(MqttProperties all) {
        if (all.isEmpty()) {
            return MqttProperties.NO_PROPERTIES;
        }
        var kept = new MqttProperties();
        for (int id : PASSED_ON) {
            all.getProperties(id).forEach(kept::add);
        }
        return kept;
    }
}
