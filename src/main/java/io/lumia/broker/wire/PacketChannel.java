package io.lumia.broker.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection as MQTT packets; used on its event loop only. Packets wait, unread by the kernel's window, while reading is held or the
 * peer does not take what it is sent. What is written in one turn of the event loop leaves together.
 */
public final class PacketChannel extends ChannelInboundHandlerAdapter {
    private static final WriteBufferWaterMark UNWRITTEN = new WriteBufferWaterMark(256 * 1024, 512 * 1024);
    private static final int LONGEST_BATCH = 64 * 1024;
    private static final int LONGEST_STRING = 65_535;
    private static final int HELD = 1;
    private static final int CLOGGED = 2;

    /** Hears of everything, on the connection's Vert.x context. */
    public interface Receiver {
        /** A packet; a PUBLISH must be released. */
        void packet(MqttMessage packet);

        /** Nothing more is read after this. */
        void bad(BadPacket bad);

        /** What was written before is leaving; there is room again. */
        void writable();

        /** The connection is gone. */
        void closed();
    }

    private final ContextInternal context;
    private final PacketGuard guard;
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();
    private Receiver receiver;
    private @Nullable ChannelHandlerContext channel;
    private long decoded;
    private int holds;
    private int unflushed;
    private boolean reading;
    private boolean flushing;
    private boolean gone;

    private PacketChannel(ContextInternal context, int maxPacketSize, boolean toServer, Receiver receiver) {
        this.context = context;
        this.receiver = receiver;
        this.guard = new PacketGuard(maxPacketSize, () -> decoded, toServer);
    }

    /** Puts MQTT on a client's socket, whose handshake is done. */
    public static PacketChannel on(
            NetSocketInternal socket, ContextInternal context, int maxPacketSize, Receiver receiver) {
        return new PacketChannel(context, maxPacketSize, false, receiver).put(socket, maxPacketSize);
    }

    /** Puts MQTT 5 on the socket to a server, whose handshake is done. */
    public static PacketChannel toServer(
            NetSocketInternal socket, ContextInternal context, int maxPacketSize, Receiver receiver) {
        return new PacketChannel(context, maxPacketSize, true, receiver).put(socket, maxPacketSize);
    }

    private PacketChannel put(NetSocketInternal socket, int maxPacketSize) {
        var vertx = socket.channelHandlerContext();
        vertx.channel().config().setWriteBufferWaterMark(UNWRITTEN);
        vertx.pipeline()
                .addBefore(vertx.name(), "mqttEncoder", MqttEncoder.INSTANCE)
                .addBefore(vertx.name(), "mqttGuard", guard)
                .addBefore(vertx.name(), "mqttDecoder", new MqttDecoder(maxPacketSize + 5, LONGEST_STRING))
                .addBefore(vertx.name(), "mqtt", this);
        return this;
    }

    /** From now on somebody else hears of everything. */
    public void receiver(Receiver next) {
        receiver = next;
    }

    /** Whether the client speaks MQTT 5; known from CONNECT on. */
    public boolean isMqtt5() {
        return guard.isMqtt5();
    }

    /** Whether what was sent is leaving; false when the client does not read. */
    public boolean isWritable() {
        return !gone && context().channel().isWritable();
    }

    /** @param size about, in bytes */
    public void send(Object packet, int size) {
        if (gone) {
            ReferenceCountUtil.release(packet);
            return;
        }
        var unused = context().write(packet, context().voidPromise());
        unflushed += size;
        if (unflushed >= LONGEST_BATCH) {
            flush();
        } else if (!reading && !flushing) {
            flushing = true;
            context().executor().execute(this::flush);
        }
    }

    /** No packet is handed over until {@link #resume}. */
    public void hold() {
        hold(HELD);
    }

    public void resume() {
        release(HELD);
    }

    /** Hears of nothing any more, sends what is written, then ends the connection; one that does not read is ended soon all the same. */
    public void close() {
        if (!gone) {
            gone = true;
            context().flush();
            LingeringClose.of(context().channel());
            dropWaiting();
        }
    }

    private void hold(int why) {
        if (holds == 0 && !gone) {
            context().channel().config().setAutoRead(false);
        }
        holds |= why;
    }

    private void release(int why) {
        holds &= ~why;
        while (holds == 0 && !waiting.isEmpty()) {
            handOver(waiting.remove());
        }
        if (holds == 0 && !gone) {
            context().channel().config().setAutoRead(true);
        }
    }

    private void flush() {
        flushing = false;
        unflushed = 0;
        if (channel != null) {
            channel.flush();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(channel);
    }

    private void handOver(Object read) {
        if (gone) {
            ReferenceCountUtil.release(read);
        } else if (read instanceof BadPacket bad) {
            receiver.bad(bad);
        } else if (read instanceof MqttMessage packet) {
            if (packet.decoderResult().isFailure()) {
                receiver.bad(bad(packet.decoderResult().cause()));
            } else {
                receiver.packet(packet);
            }
        }
    }

    /** Netty tells most by the text of an exception. */
    private static BadPacket bad(Throwable cause) {
        if (cause instanceof MqttUnacceptableProtocolVersionException) {
            return new BadPacket(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "an unknown protocol name or version (3.1.2)");
        }
        if (cause instanceof MqttIdentifierRejectedException) {
            return BadPacket.malformed("the client identifier (3.1.3.1)");
        }
        return String.valueOf(cause.getMessage()).startsWith("invalid publish topic name")
                ? new BadPacket(ReasonCode.TOPIC_NAME_INVALID, "a topic has no wildcards (3.3.2.1)")
                : BadPacket.malformed("a field that MQTT does not allow");
    }

    private void dropWaiting() {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }

    // ---- from Netty

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        channel = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object read) {
        decoded++;
        reading = true;
        if (holds != 0) {
            waiting.add(read);
        } else {
            context.emit(read, this::handOver);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        reading = false;
        flush();
        from.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        context.emit(from.channel().isWritable(), writable -> {
            if (writable) {
                release(CLOGGED);
                receiver.writable();
            } else {
                hold(CLOGGED);
            }
        });
        from.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        gone = true;
        dropWaiting();
        context.emit(this, closed -> receiver.closed());
        from.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        var unused = from.close();
    }
}
