package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.x509.Printable;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where challenges are fetched. Everybody may make the CA send a request, so by default it sends none to itself, to its link or to the
 * metadata services of clouds; private ranges are open, since devices live there.
 *
 * @param listed networks that the operator allows all the same
 */
record AddressPolicy(List<AddressRange> listed) {
    private static final List<AddressRange> CLOSED = List.of(
            AddressRange.parse("0.0.0.0/8"),
            AddressRange.parse("127.0.0.0/8"),
            AddressRange.parse("169.254.0.0/16"),
            AddressRange.parse("100.100.100.200"),
            AddressRange.parse("168.63.129.16"),
            AddressRange.parse("192.0.0.192"),
            AddressRange.parse("224.0.0.0/4"),
            AddressRange.parse("240.0.0.0/4"),
            AddressRange.parse("::/128"),
            AddressRange.parse("::1/128"),
            AddressRange.parse("fe80::/10"),
            AddressRange.parse("fd00:ec2::254"),
            // tunnels that hide an IPv4 address somewhere inside: Teredo, 6to4, NAT64 of the site (RFC 8215)
            AddressRange.parse("2001::/32"),
            AddressRange.parse("2002::/16"),
            AddressRange.parse("64:ff9b:1::/48"),
            AddressRange.parse("ff00::/8"));
    /** Ranges whose last 32 bits are an IPv4 address: IPv4-compatible (RFC 4291, 2.5.5.1), NAT64 (RFC 6052). */
    private static final List<AddressRange> CARRIERS =
            List.of(AddressRange.parse("::/96"), AddressRange.parse("64:ff9b::/96"));

    boolean allows(InetAddress address) {
        if (holds(listed, address)) {
            return true;
        }
        if (holds(CLOSED, address)) {
            return false;
        }
        return !holds(CARRIERS, address) || allows(carried(address));
    }

    /**
     * The address to ask: the one that is checked is the one that is asked.
     *
     * @param number of the try; each takes the next address
     * @throws AcmeRefusal when none is allowed
     */
    InetAddress pin(String name, List<InetAddress> found, int number) {
        var allowed = found.stream().filter(this::allows).toList();
        if (allowed.isEmpty()) {
            throw new AcmeRefusal(
                    Kind.DNS,
                    Printable.quoted(name) + " resolves to "
                            + found.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "))
                            + ", where this CA fetches no challenges; authority.acme.allowed-networks lists exceptions");
        }
        return allowed.get((number - 1) % allowed.size());
    }

    private static boolean holds(List<AddressRange> ranges, InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static InetAddress carried(InetAddress address) {
        var octets = address.getAddress();
        var last = Arrays.copyOfRange(octets, octets.length - 4, octets.length);
        return AddressRange.address(
                (last[0] & 0xff) + "." + (last[1] & 0xff) + "." + (last[2] & 0xff) + "." + (last[3] & 0xff));
    }
}
