package io.lumia.broker.wire;

/**
 * What a peer sent and may not; nothing it sends afterwards is read.
 *
 * @param reason which DISCONNECT or CONNACK it deserves (MQTT 5, 4.13)
 * @param detail for the reason string and the log; holds nothing the peer chose
 */
public record BadPacket(ReasonCode reason, String detail) {
    static BadPacket malformed(String detail) {
        return new BadPacket(ReasonCode.MALFORMED_PACKET, detail);
    }

    static BadPacket protocol(String detail) {
        return new BadPacket(ReasonCode.PROTOCOL_ERROR, detail);
    }
}
