package io.lumia.broker;

import static io.netty.handler.codec.mqtt.MqttMessageType.PUBACK;
import static io.netty.handler.codec.mqtt.MqttMessageType.PUBCOMP;
import static io.netty.handler.codec.mqtt.MqttMessageType.PUBREC;

import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;

/** The acknowledgements of QoS 1 and 2, both ways (MQTT 5, 4.3). On the connection's event loop. */
final class Acknowledging {
    private static final int FIRST_FAILURE = 0x80;

    private final Hub hub;
    private final ClientConnection connection;
    private int unfinished;

    Acknowledging(Hub hub, ClientConnection connection) {
        this.hub = hub;
        this.connection = connection;
    }

    /** A QoS 2 message begins. @return whether the client has more of them than it was told it may (3.1.2.11.3) */
    boolean isOneTooMany() {
        return connection.terms().mqtt5()
                && ++unfinished > hub.config().limits().receiveMaximum();
    }

    /** Answers a PUBLISH; before MQTT 5 there is no way to say no, so it is acknowledged and dropped (3.1.1: 3.3.5). */
    void answer(int qos, int packetId, ReasonCode reason, Session session) {
        var said = connection.terms().mqtt5() ? reason : ReasonCode.SUCCESS;
        if (qos == 2 && said.code() >= FIRST_FAILURE) {
            var unused = releaseOne(packetId, session); // a PUBREC that refuses ends the exchange (MQTT 5, 4.3.3)
        }
        if (qos > 0) {
            connection.send(Packets.answer(qos == 1 ? PUBACK : PUBREC, packetId, said));
        }
    }

    void handle(MqttMessage packet, Session session) {
        int packetId = ClientConnection.packetId(packet);
        switch (packet.fixedHeader().messageType()) {
            case PUBREL -> released(packetId, session);
            case PUBACK ->
                session.withSession(connection, () -> session.outbox().acknowledged(packetId));
            case PUBREC -> {
                boolean refused = isFailure(packet);
                session.withSession(connection, () -> session.outbox().received(packetId, refused));
            }
            default -> session.withSession(connection, () -> session.outbox().completed(packetId));
        }
    }

    private void released(int packetId, Session session) {
        boolean known = releaseOne(packetId, session);
        var reason = known || !connection.terms().mqtt5() ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
        connection.send(Packets.answer(PUBCOMP, packetId, reason));
    }

    private boolean releaseOne(int packetId, Session session) {
        boolean known = session.release(packetId);
        unfinished -= known && unfinished > 0 ? 1 : 0;
        return known;
    }

    private static boolean isFailure(MqttMessage packet) {
        return packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply
                && (reply.reasonCode() & 0xff) >= FIRST_FAILURE;
    }
}
