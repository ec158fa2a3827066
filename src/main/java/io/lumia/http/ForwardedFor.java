package io.lumia.http;

import io.lumia.access.AddressRange;
import io.lumia.x509.Printable;
import java.net.InetAddress;
import java.util.List;

/** Whose request it is. The socket's address counts; a forwarded header only where a trusted proxy wrote it. */
public final class ForwardedFor {
    private ForwardedFor() {}

    /**
     * The rightmost address that is no trusted proxy: what stands further left may be invented by the client.
     *
     * @param socket other end of the connection
     * @param headers values of X-Forwarded-For, in order; ignored unless {@code socket} is a trusted proxy
     * @throws IllegalArgumentException when a header that counts is malformed
     */
    public static InetAddress client(InetAddress socket, List<String> headers, List<AddressRange> trusted) {
        var client = socket;
        var hops = String.join(",", headers).split(",", -1);
        for (int i = hops.length - 1; i >= 0 && !headers.isEmpty() && isTrusted(client, trusted); i--) {
            client = hop(hops[i]);
        }
        return client;
    }

    /** The address of a socket's literal, without an IPv6 scope. */
    public static InetAddress socket(String literal) {
        int scope = literal.indexOf('%');
        return AddressRange.address(scope < 0 ? literal : literal.substring(0, scope));
    }

    private static boolean isTrusted(InetAddress address, List<AddressRange> trusted) {
        return trusted.stream().anyMatch(range -> range.contains(address));
    }

    private static InetAddress hop(String text) {
        try {
            return AddressRange.address(text.strip());
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "X-Forwarded-For holds " + Printable.quoted(text.strip()) + ", expected IPv4 or IPv6 addresses");
        }
    }
}
