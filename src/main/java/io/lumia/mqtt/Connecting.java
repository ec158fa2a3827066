package io.lumia.mqtt;

import io.lumia.broker.wire.BadPacket;
import io.lumia.broker.wire.PacketChannel;
import io.lumia.broker.wire.Packets;
import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From the open socket to CONNACK (MQTT 5, 3.1 and 3.2). */
final class Connecting implements PacketChannel.Receiver {
    private static final int SMALL = 256;

    private final ContextInternal context;
    private final Connect asked;
    private final ClientSession session;
    private final MqttConnection.Listener listener;
    private final NetClients.Lease lease;
    private final Promise<MqttConnection> accepted = Promise.promise();
    private @Nullable PacketChannel channel;

    Connecting(
            ContextInternal context,
            Connect asked,
            ClientSession session,
            MqttConnection.Listener listener,
            NetClients.Lease lease) {
        this.context = context;
        this.asked = asked;
        this.session = session;
        this.listener = listener;
        this.lease = lease;
    }

    /** Fails with {@link Refused} when the server says no, with {@link IOException} when it does not speak MQTT 5. */
    Future<MqttConnection> on(NetSocketInternal socket) {
        if (accepted.future().isComplete()) {
            return socket.close().compose(late -> accepted.future());
        }
        channel = PacketChannel.toServer(socket, context, asked.maximumPacketSize(), this);
        channel.send(ClientPackets.connect(asked), SMALL);
        return accepted.future();
    }

    /** Nobody waits for it any more. */
    void abandon() {
        if (accepted.tryFail("the server did not answer CONNECT in time") && channel != null) {
            channel.close();
        }
    }

    @Override
    public void packet(MqttMessage packet) {
        if (packet instanceof MqttConnAckMessage connack) {
            answered(connack);
        } else {
            ReferenceCountUtil.release(packet);
        }
    }

    private void answered(MqttConnAckMessage connack) {
        var through = Objects.requireNonNull(channel);
        var reason = connack.variableHeader().connectReturnCode();
        if (Byte.toUnsignedInt(reason.byteValue()) != 0) {
            var detail = ClientPackets.reasonString(connack.variableHeader().properties());
            accepted.tryFail(refused(Byte.toUnsignedInt(reason.byteValue()), detail));
            through.close();
        } else if (!accepted.future().isComplete()) {
            var terms = ServerTerms.of(connack, asked);
            var connection = new MqttConnection(context.owner(), through, asked, terms, session, listener, lease);
            connection.begin();
            accepted.complete(connection);
        }
    }

    /** A server that knows MQTT 3 alone answers in its terms (MQTT 3.1.1, 3.2.2.3: 1, an unacceptable version). */
    private static Refused refused(int code, String detail) {
        return code == 1
                ? new Refused(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "the server knows no MQTT 5")
                : new Refused(ReasonCode.of(code), detail);
    }

    @Override
    public void bad(BadPacket bad) {
        accepted.tryFail(new IOException("the server's answer to CONNECT is broken: " + bad.detail()));
        var through = Objects.requireNonNull(channel);
        through.send(Packets.disconnect(bad.reason(), MqttProperties.NO_PROPERTIES), SMALL);
        through.close();
    }

    @Override
    public void writable() {
        // CONNECT alone is sent
    }

    @Override
    public void closed() {
        accepted.tryFail(new IOException("the server closed the connection without answering CONNECT"));
    }
}
