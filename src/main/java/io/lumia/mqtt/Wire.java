package io.lumia.mqtt;

import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttMessageType;
import org.jspecify.annotations.Nullable;

/** What a session needs of the connection that has it. */
interface Wire {
    /** QoS 1 and 2 messages that may be under way. */
    int receiveMaximum();

    /** Why the server does not take this message; null when it does. */
    @Nullable
    String unfit(Message message);

    /** Whether something else than a message goes by this packet id. */
    boolean uses(int packetId);

    void publish(Message message, int packetId, boolean again);

    /** @param type PUBACK, PUBREC, PUBREL or PUBCOMP */
    void answer(MqttMessageType type, int packetId, ReasonCode reason);
}
