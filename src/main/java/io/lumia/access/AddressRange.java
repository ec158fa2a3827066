package io.lumia.access;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address or CIDR range (RFC 4632, RFC 4291). IPv4-mapped IPv6 addresses count as IPv4.
 *
 * @param network first address, in network byte order
 * @param prefix number of leading bits that all addresses of the range share
 */
public record AddressRange(InetAddress network, int prefix) {
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d|0\\d\\d)";
    private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    /** @throws IllegalArgumentException naming the entry, when it is neither address nor CIDR range, or has host bits set */
    public static AddressRange parse(String text) {
        var parts = text.strip().split("/", -1);
        var address = literal(parts[0], text);
        int longest = address.getAddress().length * 8;
        int prefix = longest;
        if (parts.length == 2 && parts[1].matches("\\d{1,3}")) {
            prefix = Integer.parseInt(parts[1]);
        }
        if (parts.length > 2 || (parts.length == 2 && (!parts[1].matches("\\d{1,3}") || prefix > longest))) {
            throw new IllegalArgumentException(
                    "not an address range: '" + text + "'; the part after / is a number from 0 to " + longest);
        }
        var range = new AddressRange(address, prefix);
        if (!masked(address, prefix).equals(address)) {
            throw new IllegalArgumentException("not an address range: '" + text + "' has host bits set; did you mean "
                    + masked(address, prefix).getHostAddress() + "/" + prefix + "?");
        }
        return range;
    }

    /** Parses an address literal; never asks DNS. @throws IllegalArgumentException when it is none */
    public static InetAddress address(String literal) {
        return literal(literal, literal);
    }

    /** The fewest ranges that hold exactly the addresses from {@code first} to {@code last}, both included. */
    public static List<AddressRange> covering(InetAddress first, InetAddress last) {
        int bits = first.getAddress().length * 8;
        var from = number(first);
        var to = number(last);
        var ranges = new ArrayList<AddressRange>();
        while (from.compareTo(to) <= 0) {
            int free = from.signum() == 0 ? bits : Math.min(bits, from.getLowestSetBit());
            while (from.add(BigInteger.ONE.shiftLeft(free))
                            .subtract(BigInteger.ONE)
                            .compareTo(to)
                    > 0) {
                free--;
            }
            ranges.add(new AddressRange(fromNumber(from, bits / 8), bits - free));
            from = from.add(BigInteger.ONE.shiftLeft(free));
        }
        return List.copyOf(ranges);
    }

    /** The address {@code offset} places after the network address. @throws IllegalArgumentException when that is outside the range */
    public InetAddress nth(long offset) {
        int bits = network.getAddress().length * 8;
        var size = BigInteger.ONE.shiftLeft(bits - prefix);
        var wanted = BigInteger.valueOf(offset);
        if (offset < 0 || wanted.compareTo(size) >= 0) {
            throw new IllegalArgumentException("address range " + this + " has no address number " + offset);
        }
        return fromNumber(number(network).add(wanted), bits / 8);
    }

    public boolean contains(InetAddress address) {
        return address.getAddress().length == network.getAddress().length
                && masked(address, prefix).equals(network);
    }

    @Override
    public String toString() {
        boolean single = prefix == network.getAddress().length * 8;
        return single ? network.getHostAddress() : network.getHostAddress() + "/" + prefix;
    }

    private static InetAddress literal(String address, String shown) {
        // what Java does not take for a literal, such as 999.1.1.1, it would ask DNS for
        boolean looksLiteral = V4.matcher(address).matches() || address.matches("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");
        try {
            if (looksLiteral) {
                return InetAddress.getByName(address);
            }
        } catch (UnknownHostException notAnAddress) {
            // told below, as any other text that is no address
        }
        throw new IllegalArgumentException("not an address range: '" + shown
                + "'; expected an IPv4 or IPv6 address or range such as 192.0.2.0/24");
    }

    private static InetAddress masked(InetAddress address, int prefix) {
        var octets = address.getAddress();
        for (int i = 0; i < octets.length; i++) {
            int kept = Math.max(0, Math.min(8, prefix - i * 8));
            octets[i] &= (byte) (0xff << (8 - kept));
        }
        return of(octets);
    }

    private static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    private static InetAddress fromNumber(BigInteger number, int length) {
        var octets = new byte[length];
        var digits = number.toByteArray();
        int used = Math.min(digits.length, length);
        System.arraycopy(digits, digits.length - used, octets, length - used, used);
        return of(octets);
    }

    private static InetAddress of(byte[] octets) {
        try {
            return InetAddress.getByAddress(Arrays.copyOf(octets, octets.length));
        } catch (UnknownHostException wrongLength) {
            throw new IllegalStateException("an address has 4 or 16 octets", wrongLength);
        }
    }
}
