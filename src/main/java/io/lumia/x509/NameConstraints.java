package io.lumia.x509;

import io.lumia.access.AddressRange;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;

/**
 * Which names may stand in the certificates below a CA (RFC 5280, 4.2.1.10). A DNS subtree is a domain with everything below it. A list of
 * permitted domains says nothing of addresses, nor the other way round; permitted addresses of one IP version forbid the other.
 */
public record NameConstraints(
        List<String> permittedDns,
        List<String> excludedDns,
        List<AddressRange> permittedAddresses,
        List<AddressRange> excludedAddresses) {
    /** Every name is allowed. */
    public static final NameConstraints NONE = new NameConstraints(List.of(), List.of(), List.of(), List.of());

    private static final String DOMAIN = "[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*";

    /** @throws IllegalArgumentException when an entry is no DNS domain */
    public NameConstraints {
        permittedDns = domains(permittedDns);
        excludedDns = domains(excludedDns);
        permittedAddresses = sorted(permittedAddresses);
        excludedAddresses = sorted(excludedAddresses);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * Why the name may not stand in a certificate; empty when it may.
     *
     * @param name DNS name, wildcard or IP literal
     */
    public Optional<String> refusal(String name) {
        return CertificateRequest.isAddress(name)
                ? addressRefusal(AddressRange.address(name))
                : dnsRefusal(name.toLowerCase(Locale.ROOT));
    }

    private Optional<String> addressRefusal(InetAddress address) {
        var excluded = excludedAddresses.stream()
                .filter(range -> range.contains(address))
                .findFirst();
        if (excluded.isPresent()) {
            return Optional.of("it lies in the excluded " + excluded.get());
        }
        return permittedAddresses.isEmpty() || permittedAddresses.stream().anyMatch(range -> range.contains(address))
                ? Optional.empty()
                : Optional.of("it lies in none of the permitted " + text(permittedAddresses));
    }

    private Optional<String> dnsRefusal(String name) {
        var excluded = excludedDns.stream()
                .filter(domain -> within(name, domain) || covers(name, domain))
                .findFirst();
        if (excluded.isPresent()) {
            return Optional.of("it lies in the excluded " + excluded.get());
        }
        return permittedDns.isEmpty() || permittedDns.stream().anyMatch(domain -> within(name, domain))
                ? Optional.empty()
                : Optional.of("it lies in none of the permitted " + text(permittedDns));
    }

    private static boolean within(String name, String domain) {
        return name.equals(domain) || name.endsWith("." + domain);
    }

    /** A wildcard covers names that verifiers, who compare text, would not find excluded. */
    private static boolean covers(String wildcard, String domain) {
        return wildcard.startsWith("*.") && domain.endsWith(wildcard.substring(1));
    }

    /** The extension's value. */
    org.bouncycastle.asn1.x509.NameConstraints toExtension() {
        return new org.bouncycastle.asn1.x509.NameConstraints(
                subtrees(permittedDns, permittedAddresses), subtrees(excludedDns, excludedAddresses));
    }

    /** Those of a CA's certificate, as far as they are of DNS names and addresses. */
    public static NameConstraints of(X509Certificate authority) {
        var extension = authority.getExtensionValue(Extension.nameConstraints.getId());
        if (extension == null) {
            return NONE;
        }
        var value = org.bouncycastle.asn1.x509.NameConstraints.getInstance(
                ASN1OctetString.getInstance(extension).getOctets());
        return new NameConstraints(
                dns(value.getPermittedSubtrees()),
                dns(value.getExcludedSubtrees()),
                addresses(value.getPermittedSubtrees()),
                addresses(value.getExcludedSubtrees()));
    }

    private static GeneralSubtree[] subtrees(List<String> domains, List<AddressRange> ranges) {
        return Stream.concat(
                        domains.stream().map(domain -> new GeneralName(GeneralName.dNSName, domain)),
                        ranges.stream().map(range -> new GeneralName(GeneralName.iPAddress, octets(range))))
                .map(GeneralSubtree::new)
                .toArray(GeneralSubtree[]::new);
    }

    /** Address and mask, one after the other. */
    private static DEROctetString octets(AddressRange range) {
        var address = range.network().getAddress();
        var octets = Arrays.copyOf(address, address.length * 2);
        for (int bit = 0; bit < range.prefix(); bit++) {
            octets[address.length + bit / 8] |= (byte) (0x80 >> (bit % 8));
        }
        return new DEROctetString(octets);
    }

    private static List<String> dns(GeneralSubtree @org.jspecify.annotations.Nullable [] subtrees) {
        return bases(subtrees, GeneralName.dNSName)
                .map(base -> base.getName().toString())
                .toList();
    }

    private static List<AddressRange> addresses(GeneralSubtree @org.jspecify.annotations.Nullable [] subtrees) {
        return bases(subtrees, GeneralName.iPAddress)
                .map(base -> range(ASN1OctetString.getInstance(base.getName()).getOctets()))
                .toList();
    }

    private static Stream<GeneralName> bases(GeneralSubtree @org.jspecify.annotations.Nullable [] subtrees, int type) {
        return subtrees == null
                ? Stream.of()
                : Stream.of(subtrees).map(GeneralSubtree::getBase).filter(base -> base.getTagNo() == type);
    }

    private static AddressRange range(byte[] octets) {
        int half = octets.length / 2;
        int prefix = 0;
        for (int i = half; i < octets.length; i++) {
            prefix += Integer.bitCount(octets[i] & 0xff);
        }
        try {
            return new AddressRange(InetAddress.getByAddress(Arrays.copyOf(octets, half)), prefix);
        } catch (UnknownHostException malformed) {
            throw new IllegalArgumentException("an address has 4 or 16 octets", malformed);
        }
    }

    private static List<String> domains(List<String> given) {
        for (String domain : given) {
            if (!domain.toLowerCase(Locale.ROOT).matches(DOMAIN)) {
                throw new IllegalArgumentException(Printable.quoted(domain)
                        + " is no DNS domain; it stands for itself and everything below it, without * or leading dot");
            }
        }
        return given.stream()
                .map(domain -> domain.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
    }

    private static List<AddressRange> sorted(List<AddressRange> ranges) {
        return ranges.stream()
                .distinct()
                .sorted(Comparator.comparing(AddressRange::toString))
                .toList();
    }

    private static String text(List<?> entries) {
        return String.join(", ", entries.stream().map(Object::toString).toList());
    }

    /** For messages: only what is set. */
    @Override
    public String toString() {
        return isEmpty()
                ? "none"
                : Stream.of(
                                part("permitted", permittedDns),
                                part("permitted", permittedAddresses),
                                part("excluded", excludedDns),
                                part("excluded", excludedAddresses))
                        .filter(part -> !part.isEmpty())
                        .collect(java.util.stream.Collectors.joining("; "));
    }

    private static String part(String what, List<?> entries) {
        return entries.isEmpty() ? "" : what + " " + text(entries);
    }
}
