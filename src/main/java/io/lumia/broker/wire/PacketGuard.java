package io.lumia.broker.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Netty's decoder and hands it one whole packet at a time. Netty's reads a packet's strings and properties before it looks at the
 * size, starts over with each piece that arrives, takes a length inside that reaches past the packet for bytes still to come, and does not see
 * duplicate properties.
 */
final class PacketGuard extends ByteToMessageDecoder {
    private static final int CONNECT = 1;
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int NEEDS_FLAGS = (1 << 6) | (1 << 8) | (1 << 10); // PUBREL, SUBSCRIBE, UNSUBSCRIBE carry 0010
    private static final int INCOMPLETE = -1;
    private static final int TOO_LONG = -2;

    private final int largest;
    private final LongSupplier decoded;
    private final boolean fromServer;
    private boolean mqtt5;
    private boolean connected;
    private boolean refused;

    /**
     * @param largest packet in bytes
     * @param decoded how many packets came out behind Netty's decoder
     * @param fromServer whether a server of MQTT 5 speaks rather than a client
     */
    PacketGuard(int largest, LongSupplier decoded, boolean fromServer) {
        this.largest = largest;
        this.decoded = decoded;
        this.fromServer = fromServer;
        this.mqtt5 = fromServer;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < 2) {
            return;
        }
        int start = in.readerIndex();
        long header = remaining(in, start + 1);
        int length = (int) (header >> 8);
        if (length == INCOMPLETE) {
            return;
        }
        var bad = length == TOO_LONG
                ? BadPacket.malformed("the remaining length has more than four bytes (2.1.4)")
                : badHeader(in.getUnsignedByte(start), length);
        int size = 1 + (int) (header & 0xff) + length;
        if (bad != null) {
            refuse(context, in, bad);
        } else if (in.readableBytes() >= size) {
            whole(context, in, in.readRetainedSlice(size), size - length);
        }
    }

    /** @return the remaining length above eight bits that say how many bytes it took */
    private static long remaining(ByteBuf in, int at) {
        int length = 0;
        for (int i = 0; i < 4; i++) {
            if (at + i >= in.writerIndex()) {
                return (long) INCOMPLETE << 8;
            }
            int digit = in.getUnsignedByte(at + i);
            length |= (digit & 0x7f) << (7 * i);
            if ((digit & 0x80) == 0) {
                return ((long) length << 8) | (i + 1);
            }
        }
        return (long) TOO_LONG << 8;
    }

    private @Nullable BadPacket badHeader(int first, int length) {
        int type = first >> 4;
        int flags = first & 0xf;
        if (connected == (type == (fromServer ? CONNACK : CONNECT))) {
            var opening = fromServer ? "CONNACK (3.2)" : "CONNECT (3.1)";
            return BadPacket.protocol((connected ? "a second " : "the first packet is no ") + opening);
        }
        boolean good = type == PUBLISH
                ? (flags & 6) != 6 && (flags & 0xe) != 8
                : flags == (((NEEDS_FLAGS >> type) & 1) == 1 ? 2 : 0);
        if (!good || type == 0) {
            return BadPacket.malformed("the fixed header's flags (2.1.3)");
        }
        return length > largest
                ? new BadPacket(ReasonCode.PACKET_TOO_LARGE, "a packet is at most " + largest + " bytes here")
                : null;
    }

    private void whole(ChannelHandlerContext context, ByteBuf in, ByteBuf packet, int bodyAt) {
        int type = packet.getUnsignedByte(packet.readerIndex()) >> 4;
        var body = packet.slice(packet.readerIndex() + bodyAt, packet.readableBytes() - bodyAt);
        if (type == CONNECT && !fromServer) {
            mqtt5 = level(body) == 5;
        }
        connected = true;
        BadPacket bad;
        try {
            int first = packet.getUnsignedByte(packet.readerIndex());
            bad = fromServer
                    ? PropertyRules.checkFromServer(type, first, body)
                    : PropertyRules.check(type, first, body, mqtt5);
        } catch (IndexOutOfBoundsException truncated) {
            bad = BadPacket.malformed("a length inside the packet reaches past its end");
        }
        if (bad != null) {
            packet.release();
            refuse(context, in, bad);
            return;
        }
        long before = decoded.getAsLong();
        context.fireChannelRead(packet);
        if (decoded.getAsLong() == before) {
            refuse(context, in, BadPacket.malformed("a length inside the packet reaches past its end"));
        }
    }

    private void refuse(ChannelHandlerContext context, ByteBuf in, BadPacket bad) {
        refused = true;
        in.skipBytes(in.readableBytes());
        context.fireChannelRead(bad);
    }

    /** The protocol level of a CONNECT; 0: there is none. */
    private static int level(ByteBuf body) {
        int at = body.readableBytes() < 2 ? Integer.MAX_VALUE : 2 + body.getUnsignedShort(0);
        return at < body.readableBytes() ? body.getUnsignedByte(at) : 0;
    }

    /** Whether the client speaks MQTT 5; known from CONNECT on. */
    boolean isMqtt5() {
        return mqtt5;
    }
}
