package io.lumia.broker.wire;

import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Netty's decoder lets pass: properties that are there twice, belong to another packet or have a forbidden value (MQTT 5, 2.2.2.2), and
 * reserved bits. Reads lengths, so whoever calls it catches {@link IndexOutOfBoundsException} for a truncated packet.
 */
final class PropertyRules {
    private static final int USER_PROPERTY = 0x26;
    private static final int SUBSCRIPTION_IDENTIFIER = 0x0b;
    private static final int TOPIC_ALIAS = 0x23;
    private static final Set<Integer> CONNECT = Set.of(0x11, 0x21, 0x27, 0x22, 0x19, 0x17, 0x15, 0x16);
    private static final Set<Integer> WILL = Set.of(0x18, 0x01, 0x02, 0x03, 0x08, 0x09);
    private static final Set<Integer> PUBLISH = Set.of(0x01, 0x02, TOPIC_ALIAS, 0x08, 0x09, 0x03);
    private static final Set<Integer> ANSWER = Set.of(0x1f);
    private static final Set<Integer> SUBSCRIBE = Set.of(SUBSCRIPTION_IDENTIFIER);
    private static final Set<Integer> UNSUBSCRIBE = Set.of();
    private static final Set<Integer> DISCONNECT = Set.of(0x11, 0x1f, 0x1c);
    private static final Set<Integer> AUTH = Set.of(0x15, 0x16, 0x1f);
    private static final Set<Integer> CONNACK =
            Set.of(0x11, 0x12, 0x13, 0x15, 0x16, 0x1a, 0x1c, 0x1f, 0x21, 0x22, 0x24, 0x25, 0x27, 0x28, 0x29, 0x2a);
    private static final Set<Integer> SERVER_PUBLISH =
            Set.of(0x01, 0x02, TOPIC_ALIAS, 0x08, 0x09, 0x03, SUBSCRIPTION_IDENTIFIER);
    private static final Set<Integer> SERVER_DISCONNECT = Set.of(0x1c, 0x1f);
    private static final Set<Integer> NOT_ZERO = Set.of(0x21, 0x27, SUBSCRIPTION_IDENTIFIER);

    private PropertyRules() {}

    /** @param body what follows the fixed header */
    static @Nullable BadPacket check(int type, int first, ByteBuf body, boolean mqtt5) {
        return switch (type) {
            case 1 -> connect(body, mqtt5);
            case 3 -> mqtt5 ? properties(body, afterTopic(body, first), PUBLISH) : null;
            case 4, 5, 6, 7 -> mqtt5 ? ending(body, 3, ANSWER) : length(body, 2);
            case 8 -> mqtt5 ? subscribe(body) : null;
            case 10 -> mqtt5 ? properties(body, 2, UNSUBSCRIBE) : null;
            case 12 -> length(body, 0);
            case 14 -> mqtt5 ? ending(body, 1, DISCONNECT) : length(body, 0);
            case 15 -> mqtt5 ? ending(body, 1, AUTH) : BadPacket.malformed("AUTH is of MQTT 5 (2.1.2)");
            default -> null;
        };
    }

    /** The same for what a server of MQTT 5 sends. */
    static @Nullable BadPacket checkFromServer(int type, int first, ByteBuf body) {
        return switch (type) {
            case 2 -> whole(body, 2, CONNACK);
            case 3 -> properties(body, afterTopic(body, first), SERVER_PUBLISH);
            case 4, 5, 6, 7 -> ending(body, 3, ANSWER);
            case 9, 11 -> properties(body, 2, ANSWER);
            case 13 -> length(body, 0);
            case 14 -> ending(body, 1, SERVER_DISCONNECT);
            default -> BadPacket.protocol("a packet that a server does not send (2.1.2)");
        };
    }

    private static @Nullable BadPacket length(ByteBuf body, int exactly) {
        return body.readableBytes() == exactly ? null : BadPacket.malformed("the remaining length (2.1.4)");
    }

    /** Reason code and properties may be missing (3.4.2); nothing follows them. */
    private static @Nullable BadPacket ending(ByteBuf body, int start, Set<Integer> allowed) {
        if (body.readableBytes() <= start) {
            return body.readableBytes() < start - 1 ? length(body, start - 1) : null;
        }
        return whole(body, start, allowed);
    }

    /** Properties, and nothing behind them. */
    private static @Nullable BadPacket whole(ByteBuf body, int start, Set<Integer> allowed) {
        var bad = properties(body, start, allowed);
        return bad == null ? length(body, start + lengthOf(body, start)) : bad;
    }

    private static int afterTopic(ByteBuf body, int first) {
        return 2 + body.getUnsignedShort(0) + ((first & 6) == 0 ? 0 : 2);
    }

    private static @Nullable BadPacket connect(ByteBuf body, boolean mqtt5) {
        int at = 2 + body.getUnsignedShort(0) + 1;
        int flags = body.getUnsignedByte(at);
        boolean will = (flags & 4) != 0;
        if ((flags & 0x18) == 0x18 || (!will && (flags & 0x38) != 0)) {
            return BadPacket.malformed("the will's flags in CONNECT (3.1.2.5)");
        }
        if (!mqtt5) {
            return (flags & 0xc0) == 0x40 ? BadPacket.malformed("a password without user name (3.1.2.9)") : null;
        }
        int propertiesAt = at + 3;
        var bad = properties(body, propertiesAt, CONNECT);
        if (bad != null || !will) {
            return bad;
        }
        int clientIdAt = propertiesAt + lengthOf(body, propertiesAt);
        return properties(body, clientIdAt + 2 + body.getUnsignedShort(clientIdAt), WILL);
    }

    private static @Nullable BadPacket subscribe(ByteBuf body) {
        var bad = properties(body, 2, SUBSCRIBE);
        if (bad != null) {
            return bad;
        }
        int at = 2 + lengthOf(body, 2);
        while (at < body.readableBytes()) {
            at += 2 + body.getUnsignedShort(at);
            if ((body.getUnsignedByte(at) & 0xc0) != 0) {
                return BadPacket.malformed("reserved bits in the subscription options (3.8.3.1)");
            }
            at++;
        }
        return null;
    }

    private static int lengthOf(ByteBuf body, int at) {
        long length = variable(body, at);
        return (int) (length >> 8) + (int) (length & 0xff);
    }

    private static @Nullable BadPacket properties(ByteBuf body, int start, Set<Integer> allowed) {
        long length = variable(body, start);
        int at = start + (int) (length & 0xff);
        int end = at + (int) (length >> 8);
        if (end > body.readableBytes()) {
            throw new IndexOutOfBoundsException(end);
        }
        long seen = 0;
        while (at < end) {
            int id = body.getUnsignedByte(at++);
            if (id != USER_PROPERTY && !allowed.contains(id)) {
                return id > 0x2a
                        ? BadPacket.malformed("an unknown property (2.2.2.2)")
                        : BadPacket.protocol("a property that this packet does not have (2.2.2.2)");
            }
            if (!isRepeatable(id, allowed) && ((seen >> id) & 1) == 1) {
                return BadPacket.protocol("a property twice (2.2.2.2)");
            }
            seen |= 1L << id;
            var bad = value(body, at, id);
            if (bad != null) {
                return bad;
            }
            at = after(body, at, id);
        }
        return at == end ? null : BadPacket.malformed("a property reaches past the properties");
    }

    /** A server tells the identifiers of all subscriptions that match (3.3.2.3.8). */
    private static boolean isRepeatable(int id, Set<Integer> allowed) {
        return id == USER_PROPERTY || (id == SUBSCRIPTION_IDENTIFIER && allowed == SERVER_PUBLISH);
    }

    private static @Nullable BadPacket value(ByteBuf body, int at, int id) {
        return switch (id) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a ->
                body.getUnsignedByte(at) > 1 ? BadPacket.protocol("a property that is neither 0 nor 1") : null;
            case TOPIC_ALIAS ->
                body.getUnsignedShort(at) == 0
                        ? new BadPacket(ReasonCode.TOPIC_ALIAS_INVALID, "a topic alias is not 0 (3.3.2.3.4)")
                        : null;
            default -> NOT_ZERO.contains(id) && isZero(body, at, id) ? BadPacket.protocol("a property is 0") : null;
        };
    }

    private static boolean isZero(ByteBuf body, int at, int id) {
        return switch (id) {
            case 0x27 -> body.getInt(at) == 0;
            case 0x21 -> body.getUnsignedShort(at) == 0;
            default -> body.getByte(at) == 0;
        };
    }

    private static int after(ByteBuf body, int at, int id) {
        return switch (id) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a -> at + 1;
            case 0x13, 0x21, 0x22, TOPIC_ALIAS -> at + 2;
            case 0x02, 0x11, 0x18, 0x27 -> at + 4;
            case SUBSCRIPTION_IDENTIFIER -> at + (int) (variable(body, at) & 0xff);
            case USER_PROPERTY -> {
                int value = at + 2 + body.getUnsignedShort(at);
                yield value + 2 + body.getUnsignedShort(value);
            }
            default -> at + 2 + body.getUnsignedShort(at);
        };
    }

    /** A variable byte integer (1.5.5) above eight bits that say how many bytes it took. */
    private static long variable(ByteBuf body, int at) {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = body.getUnsignedByte(at + i);
            value |= (long) (digit & 0x7f) << (7 * i);
            if ((digit & 0x80) == 0) {
                return (value << 8) | (i + 1);
            }
        }
        throw new IndexOutOfBoundsException(at);
    }
}
