package io.lumia.broker;

import static io.netty.handler.codec.mqtt.MqttMessageType.PUBACK;
import static io.netty.handler.codec.mqtt.MqttMessageType.PUBCOMP;
import static io.netty.handler.codec.mqtt.MqttMessageType.PUBREC;

import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The acknowledgements of QoS 1 and 2, both ways (MQTT 5, 4.3). On the connection's event loop. */
final class Acknowledging {
    private static final int FIRST_FAILURE = 0x80;

    private final Hub hub;
    private final ClientConnection connection;
    private final ArrayDeque<Answer> waiting = new ArrayDeque<>();
    private int unfinished;

    /** What a PUBLISH is answered, once that is known. */
    static final class Answer {
        private final int qos;
        private final int packetId;
        private @Nullable ReasonCode said;

        private Answer(int qos, int packetId) {
            this.qos = qos;
            this.packetId = packetId;
        }
    }

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
        if (qos == 0) {
            return;
        }
        var said = connection.terms().mqtt5() ? reason : ReasonCode.SUCCESS;
        if (qos == 2 && said.code() >= FIRST_FAILURE) {
            var unused = releaseOne(packetId, session); // a PUBREC that refuses ends the exchange (MQTT 5, 4.3.3)
        }
        if (waiting.isEmpty()) {
            send(qos, packetId, said);
        } else {
            var answer = new Answer(qos, packetId);
            answer.said = said;
            waiting.add(answer);
        }
    }

    /** A PUBLISH whose answer is not known yet; those after it wait, since answers keep the order (MQTT 5, 4.6). */
    Answer later(int qos, int packetId) {
        var answer = new Answer(qos, packetId);
        if (qos > 0) {
            waiting.add(answer);
        }
        return answer;
    }

    void ready(Answer answer, ReasonCode reason, Session session) {
        boolean failed = reason.code() >= FIRST_FAILURE;
        if (failed && answer.qos == 2) {
            var unused = releaseOne(answer.packetId, session);
        }
        if (failed && answer.qos > 0 && !connection.terms().mqtt5()) {
            connection.closeHere(CloseReason.STORE_FAILED); // no way to say no but this
            return;
        }
        answer.said = connection.terms().mqtt5() ? reason : ReasonCode.SUCCESS;
        for (var first = waiting.peek(); first != null && first.said != null; first = waiting.peek()) {
            send(first.qos, first.packetId, first.said);
            waiting.remove();
        }
    }

    /** Answers a repeated QoS 2 PUBLISH: not before the first is stored, which may have come by another connection. */
    void answerAgain(int packetId, ReasonCode reason, Session session) {
        if (session.kept() == null) {
            answer(2, packetId, reason, session);
            return;
        }
        var answer = later(2, packetId);
        hub.ledger()
                .append(
                        List.of(),
                        connection.context(),
                        () -> ready(
                                answer,
                                session.holds(packetId) ? reason : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                                session));
    }

    private void send(int qos, int packetId, ReasonCode said) {
        connection.send(Packets.answer(qos == 1 ? PUBACK : PUBREC, packetId, said));
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
        var kept = session.kept();
        var answer = Packets.answer(PUBCOMP, packetId, reason);
        if (kept == null) {
            connection.send(answer);
        } else { // known or not: an earlier connection may have released it, and that may not be stored yet
            var changes = List.of(kept.released(packetId));
            hub.ledger().append(changes, connection.context(), () -> connection.send(answer));
        }
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
