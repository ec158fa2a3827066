package io.lumia.mqtt;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for in CONNECT (MQTT 5, 3.1).
 *
 * @param clientId empty: the server assigns one
 * @param cleanStart whether the server forgets an earlier session
 * @param sessionExpiry how long the server keeps the session after the connection, in whole seconds; zero: not at all
 * @param keepAlive in whole seconds, the server may tell another; zero: none
 * @param receiveMaximum QoS 1 and 2 messages that the server may have under way to us
 * @param maximumPacketSize in bytes; the server sends none that is larger
 * @param will published by the server when the connection ends without DISCONNECT
 */
public record Connect(
        String clientId,
        boolean cleanStart,
        Duration sessionExpiry,
        Duration keepAlive,
        int receiveMaximum,
        int maximumPacketSize,
        @Nullable Will will) {
    private static final int WINDOW = 256;
    private static final int PACKET = 256 * 1024;
    private static final int LARGEST_PACKET = 268_435_455;

    /** @param delay after which the will is published, in whole seconds (3.1.3.2.2) */
    public record Will(Message message, Duration delay) {}

    public Connect {
        if (keepAlive.toSeconds() > 65_535 || receiveMaximum < 1 || receiveMaximum > 65_535) {
            throw new IllegalArgumentException("keep-alive is at most 65535 s, receive maximum from 1 to 65535");
        }
        if (maximumPacketSize < 64 || maximumPacketSize > LARGEST_PACKET) {
            throw new IllegalArgumentException("the maximum packet size is from 64 to " + LARGEST_PACKET);
        }
    }

    /** A session that is kept for a while, or resumed. */
    public static Connect session(String clientId, Duration sessionExpiry, Duration keepAlive) {
        return new Connect(clientId, false, sessionExpiry, keepAlive, WINDOW, PACKET, null);
    }

    /** A session that ends with the connection. */
    public static Connect clean(String clientId, Duration keepAlive) {
        return new Connect(clientId, true, Duration.ZERO, keepAlive, WINDOW, PACKET, null);
    }

    public Connect with(Will left) {
        return new Connect(clientId, cleanStart, sessionExpiry, keepAlive, receiveMaximum, maximumPacketSize, left);
    }

    /** The same with other limits on what the server sends. */
    public Connect taking(int messages, int packetSize) {
        return new Connect(clientId, cleanStart, sessionExpiry, keepAlive, messages, packetSize, will);
    }
}
