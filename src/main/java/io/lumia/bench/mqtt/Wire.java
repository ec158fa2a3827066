package io.lumia.bench.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** The few MQTT 5 packets that the load needs, written straight into buffers. */
final class Wire {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int SUBACK = 9;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    private static final int SESSION_EXPIRY = 0x11;
    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int MOST_IN_FLIGHT = 65_535;
    private static final int KEEP_ALIVE_SECONDS = 1200;

    private Wire() {}

    /** @param expirySeconds of the session; 0: it ends with the connection */
    static ByteBuf connect(String clientId, boolean cleanStart, int expirySeconds) {
        var id = clientId.getBytes(UTF_8);
        var body = Unpooled.buffer(64)
                .writeShort(4)
                .writeBytes("MQTT".getBytes(UTF_8))
                .writeByte(5)
                .writeByte(cleanStart ? 0x02 : 0)
                .writeShort(KEEP_ALIVE_SECONDS)
                .writeByte(8)
                .writeByte(SESSION_EXPIRY)
                .writeInt(expirySeconds)
                .writeByte(RECEIVE_MAXIMUM)
                .writeShort(MOST_IN_FLIGHT)
                .writeShort(id.length)
                .writeBytes(id);
        return packet(0x10, body);
    }

    static ByteBuf subscribe(int packetId, String filter, int qos) {
        var topic = filter.getBytes(UTF_8);
        var body = Unpooled.buffer(64)
                .writeShort(packetId)
                .writeByte(0)
                .writeShort(topic.length)
                .writeBytes(topic)
                .writeByte(qos);
        return packet(0x82, body);
    }

    /** @param packetId 0: QoS 0 */
    static ByteBuf publish(ByteBufAllocator buffers, byte[] topic, int packetId, boolean again, byte[] payload) {
        int length = 2 + topic.length + (packetId == 0 ? 0 : 2) + 1 + payload.length;
        var packet = buffers.ioBuffer(length + 5);
        packet.writeByte(0x30 | (packetId == 0 ? 0 : 0x02) | (again ? 0x08 : 0));
        length(packet, length);
        packet.writeShort(topic.length).writeBytes(topic);
        if (packetId != 0) {
            packet.writeShort(packetId);
        }
        return packet.writeByte(0).writeBytes(payload);
    }

    static ByteBuf puback(ByteBufAllocator buffers, int packetId) {
        return buffers.ioBuffer(4).writeByte(0x40).writeByte(2).writeShort(packetId);
    }

    static ByteBuf ping() {
        return Unpooled.buffer(2).writeByte(0xC0).writeByte(0);
    }

    static ByteBuf disconnect() {
        return Unpooled.buffer(2).writeByte(0xE0).writeByte(0);
    }

    private static ByteBuf packet(int first, ByteBuf body) {
        var packet = Unpooled.buffer(body.readableBytes() + 5).writeByte(first);
        length(packet, body.readableBytes());
        return packet.writeBytes(body);
    }

    /** A variable byte integer (1.5.5). */
    private static void length(ByteBuf packet, int length) {
        int left = length;
        do {
            packet.writeByte(left > 127 ? (left & 127) | 128 : left);
            left >>>= 7;
        } while (left > 0);
    }

    /** Reads one, and moves on; -1 when it is not there yet. */
    static int length(ByteBuf in) {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            if (!in.isReadable()) {
                return -1;
            }
            int octet = in.readByte();
            value |= (octet & 127) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("a length of more than four octets");
    }
}
