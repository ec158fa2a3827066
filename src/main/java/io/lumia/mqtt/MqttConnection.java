package io.lumia.mqtt;

import io.lumia.broker.wire.BadPacket;
import io.lumia.broker.wire.PacketChannel;
import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A connection that the server accepted. All methods are called, and all handlers run, on the context that connected. */
public final class MqttConnection {
    private static final int SMALL = 32;

    /** What a connection tells. */
    public interface Listener {
        /** A message came; at QoS 1 possibly for the second time. It is acknowledged when this returns. */
        void message(Message message);

        /** It ended, whoever ended it. Called once. */
        void closed(MqttConnection connection, Ending ending);
    }

    private final PacketChannel channel;
    private final Connect asked;
    private final ServerTerms terms;
    private final ClientSession session;
    private final Listener listener;
    private final NetClients.Lease lease;
    private final KeepAlive keepAlive;
    private final SessionWire wire = new SessionWire();
    /** SUBSCRIBE and UNSUBSCRIBE that were not answered. */
    private final Map<Integer, Promise<List<ReasonCode>>> asking = new HashMap<>(2);

    private final Promise<Void> closed = Promise.promise();
    private @Nullable Ending ending;

    MqttConnection(
            Vertx vertx,
            PacketChannel channel,
            Connect asked,
            ServerTerms terms,
            ClientSession session,
            Listener listener,
            NetClients.Lease lease) {
        this.channel = channel;
        this.asked = asked;
        this.terms = terms;
        this.session = session;
        this.listener = listener;
        this.lease = lease;
        this.keepAlive = new KeepAlive(
                vertx,
                terms.keepAlive(),
                () -> send(ClientPackets.pingreq(), SMALL),
                () -> end(ReasonCode.KEEP_ALIVE_TIMEOUT, "no answer to PINGREQ"));
    }

    /** Hears of packets from now on, and takes the session over. */
    void begin() {
        channel.receiver(new Ears());
        session.attach(wire, terms.sessionPresent());
    }

    public ServerTerms terms() {
        return terms;
    }

    public boolean isOpen() {
        return ending == null;
    }

    /** How it ended; empty while it is open. */
    public Optional<Ending> ending() {
        return Optional.ofNullable(ending);
    }

    /** Completes with the server's reason code for each filter: the QoS that was granted, or a failure (MQTT 5, 3.9.3). */
    public Future<List<ReasonCode>> subscribe(List<Subscription> subscriptions) {
        return ask(id -> ClientPackets.subscribe(id, subscriptions), subscriptions.size());
    }

    /** All of them by filter and QoS; fails with {@link Refused} when the server refuses one. */
    public Future<Void> subscribe(Map<String, Integer> filters) {
        if (filters.isEmpty()) {
            return Future.succeededFuture();
        }
        var wanted = new ArrayList<Subscription>();
        filters.forEach((filter, qos) -> wanted.add(Subscription.of(filter, qos)));
        return subscribe(wanted)
                .compose(codes -> codes.stream()
                        .filter(ReasonCode::isFailure)
                        .findFirst()
                        .map(code -> Future.<Void>failedFuture(new Refused(code, "a subscription")))
                        .orElseGet(Future::succeededFuture));
    }

    /** Completes with the server's reason code for each filter (MQTT 5, 3.11.3). */
    public Future<List<ReasonCode>> unsubscribe(List<String> filters) {
        return ask(id -> ClientPackets.unsubscribe(id, filters), filters.size());
    }

    /**
     * QoS 0 completes once written, and fails when the server does not take what it is sent; QoS 1 and 2 go through the session.
     *
     * @see ClientSession#publish
     */
    public Future<Void> publish(Message message) {
        if (message.qos() > 0) {
            return session.publish(message);
        }
        if (!isOpen() || !channel.isWritable()) {
            return Future.failedFuture(isOpen() ? "the server does not read" : "the connection is closed");
        }
        var unfit = wire.unfit(message);
        if (unfit != null) {
            return Future.failedFuture(new IllegalArgumentException(unfit));
        }
        wire.publish(message, -1, false);
        return Future.succeededFuture();
    }

    /** Sends DISCONNECT and closes; completes when the connection is gone. The server keeps no will. */
    public Future<Void> disconnect() {
        end(ReasonCode.SUCCESS, "");
        return closed.future();
    }

    /** The same with another reason: {@link ReasonCode#DISCONNECT_WITH_WILL} has the will published. */
    public Future<Void> disconnect(ReasonCode reason) {
        end(reason, "");
        return closed.future();
    }

    private Future<List<ReasonCode>> ask(IntFunction<MqttMessage> packet, int filters) {
        if (!isOpen()) {
            return Future.failedFuture("the connection is closed");
        }
        int id = session.freePacketId(wire);
        Promise<List<ReasonCode>> answer = Promise.promise();
        asking.put(id, answer);
        send(packet.apply(id), SMALL * (filters + 1));
        return answer.future()
                .compose(codes -> codes.size() == filters
                        ? Future.succeededFuture(codes)
                        : Future.failedFuture("the server answered for another number of filters"));
    }

    private void send(Object packet, int size) {
        keepAlive.sent();
        channel.send(packet, size);
    }

    private void end(ReasonCode reason, String detail) {
        if (ending == null) {
            ending = new Ending(Ending.By.CLIENT, reason, detail);
            channel.send(Packets.disconnect(reason, MqttProperties.NO_PROPERTIES), SMALL);
            channel.close();
        }
    }

    /** The server's half of the conversation. */
    private final class Ears implements PacketChannel.Receiver {
        @Override
        public void packet(MqttMessage packet) {
            keepAlive.heard();
            try {
                if (ending == null) {
                    heard(packet);
                }
            } finally {
                ReferenceCountUtil.release(packet);
            }
        }

        private void heard(MqttMessage packet) {
            switch (packet.fixedHeader().messageType()) {
                case PUBLISH -> published((MqttPublishMessage) packet);
                case PUBACK, PUBCOMP ->
                    session.acknowledged(wire, id(packet), reason(packet), ClientPackets.reasonString(said(packet)));
                case PUBREC ->
                    session.received(wire, id(packet), reason(packet), ClientPackets.reasonString(said(packet)));
                case PUBREL ->
                    wire.answer(
                            MqttMessageType.PUBCOMP,
                            id(packet),
                            session.release(id(packet)) ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
                case SUBACK ->
                    answered(
                            id(packet),
                            ((MqttSubAckMessage) packet)
                                    .payload().reasonCodes().stream()
                                            .map(ReasonCode::of)
                                            .toList());
                case UNSUBACK ->
                    answered(
                            id(packet),
                            ((MqttUnsubAckMessage) packet)
                                    .payload().unsubscribeReasonCodes().stream()
                                            .map(code -> ReasonCode.of(code))
                                            .toList());
                case DISCONNECT -> ended((MqttReasonCodeAndPropertiesVariableHeader) packet.variableHeader());
                default -> {
                    // PINGRESP; the guard lets no other packet through
                }
            }
        }

        private void published(MqttPublishMessage packet) {
            int id = packet.variableHeader().packetId();
            int qos = packet.fixedHeader().qosLevel().value();
            if (packet.variableHeader().properties().getProperty(MqttProperties.TOPIC_ALIAS) != null) {
                end(ReasonCode.TOPIC_ALIAS_INVALID, "the server used a topic alias that was not offered");
                return;
            }
            if (qos < 2 || session.takesFirst(id)) {
                listener.message(ClientPackets.message(packet));
            }
            if (session.unreleased() > asked.receiveMaximum()) {
                end(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "the server sent more than it may");
            } else if (qos > 0) {
                wire.answer(qos == 1 ? MqttMessageType.PUBACK : MqttMessageType.PUBREC, id, ReasonCode.SUCCESS);
            }
        }

        private void answered(int id, List<ReasonCode> codes) {
            var answer = asking.remove(id);
            if (answer != null) {
                answer.complete(codes);
            }
        }

        private void ended(MqttReasonCodeAndPropertiesVariableHeader header) {
            ending = new Ending(
                    Ending.By.SERVER,
                    ReasonCode.of(header.reasonCode()),
                    ClientPackets.reasonString(header.properties()));
            channel.close();
        }

        private static int id(MqttMessage packet) {
            return ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId();
        }

        /** Without a reason code it is 0 (3.4.2.1). */
        private static ReasonCode reason(MqttMessage packet) {
            return packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply
                    ? ReasonCode.of(reply.reasonCode())
                    : ReasonCode.SUCCESS;
        }

        private static @Nullable MqttProperties said(MqttMessage packet) {
            return packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply
                    ? reply.properties()
                    : null;
        }

        @Override
        public void bad(BadPacket bad) {
            end(bad.reason(), bad.detail());
        }

        @Override
        public void writable() {
            // the session sends what fits into its window, and QoS 0 asks before it writes
        }

        @Override
        public void closed() {
            keepAlive.stop();
            lease.end();
            var last = ending == null ? Ending.network() : ending;
            ending = last;
            session.detach(wire);
            var unanswered = List.copyOf(asking.values());
            asking.clear();
            unanswered.forEach(each -> each.tryFail("the connection ended: " + last.text()));
            closed.tryComplete();
            listener.closed(MqttConnection.this, last);
        }
    }

    /** The session's half. */
    private final class SessionWire implements Wire {
        @Override
        public int receiveMaximum() {
            return terms.receiveMaximum();
        }

        @Override
        public @Nullable String unfit(Message message) {
            if (message.qos() > terms.maximumQos()) {
                return "the server takes QoS " + terms.maximumQos() + " at most";
            }
            if (message.retain() && !terms.retainAvailable()) {
                return "the server keeps no retained messages";
            }
            long size = ClientPackets.size(message);
            return size > terms.maximumPacketSize()
                    ? "the packet has " + size + " bytes, the server takes " + terms.maximumPacketSize()
                    : null;
        }

        @Override
        public boolean uses(int packetId) {
            return asking.containsKey(packetId);
        }

        @Override
        public void publish(Message message, int packetId, boolean again) {
            send(
                    ClientPackets.publish(message, packetId, again),
                    message.payload().length() + message.topic().length() + SMALL);
        }

        @Override
        public void answer(MqttMessageType type, int packetId, ReasonCode reason) {
            send(Packets.answer(type, packetId, reason), SMALL);
        }
    }
}
