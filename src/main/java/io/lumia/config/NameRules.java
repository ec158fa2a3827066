package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import io.lumia.x509.CertificateRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names that a provisioner certifies. An entry is a domain, which stands for itself and everything below it, or a pattern in which each *
 * stands for a part of one label: {@code *.example.com}, {@code site-*.example.com}. Denied goes before allowed. As soon as anything is allowed,
 * be it names or addresses, everything else is not.
 *
 * @param allowDns domains and patterns; as soon as anything is allowed, everything else is not
 * @param denyDns domains and patterns that are denied all the same
 * @param allowIp addresses and CIDR ranges; as soon as anything is allowed, everything else is not
 * @param denyIp addresses and CIDR ranges that are denied all the same
 */
public record NameRules(
        @JsonProperty("allow-dns") List<String> allowDns,
        @JsonProperty("deny-dns") List<String> denyDns,
        @JsonProperty("allow-ip") List<AddressRange> allowIp,
        @JsonProperty("deny-ip") List<AddressRange> denyIp) {
    /** Every name. */
    public static final NameRules ALL = new NameRules(null, null, null, null);

    private static final String LABEL = "[a-z0-9*_]([a-z0-9*_-]*[a-z0-9*_])?";

    /** A list that is left out is empty. */
    public NameRules(
            @Nullable List<String> allowDns,
            @Nullable List<String> denyDns,
            @Nullable List<AddressRange> allowIp,
            @Nullable List<AddressRange> denyIp) {
        this.allowDns = entries("allow-dns", allowDns);
        this.denyDns = entries("deny-dns", denyDns);
        this.allowIp = allowIp == null ? List.of() : List.copyOf(allowIp);
        this.denyIp = denyIp == null ? List.of() : List.copyOf(denyIp);
    }

    /**
     * Why the name is not certified; empty when it is.
     *
     * @param name DNS name, wildcard or IP literal
     */
    public Optional<String> refusal(String name) {
        boolean address = CertificateRequest.isAddress(name);
        var lower = name.toLowerCase(Locale.ROOT);
        if (address ? isIn(denyIp, lower) : denyDns.stream().anyMatch(entry -> meets(entry, lower))) {
            return Optional.of("it is denied");
        }
        boolean free = allowDns.isEmpty() && allowIp.isEmpty();
        return free || (address ? isIn(allowIp, lower) : allowDns.stream().anyMatch(entry -> matches(entry, lower)))
                ? Optional.empty()
                : Optional.of("it is not among the allowed ones");
    }

    private static boolean isIn(List<AddressRange> ranges, String literal) {
        var address = AddressRange.address(literal);
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static boolean matches(String entry, String name) {
        return entry.indexOf('*') < 0 ? name.equals(entry) || name.endsWith("." + entry) : labelByLabel(entry, name);
    }

    private static boolean labelByLabel(String pattern, String name) {
        var wanted = pattern.split("\\.", -1);
        var labels = name.split("\\.", -1);
        boolean same = wanted.length == labels.length;
        for (int i = 0; same && i < wanted.length; i++) {
            same = labelMatches(wanted[i], labels[i]);
        }
        return same;
    }

    /** A wildcard certificate is good for every name of one label, so only * itself allows it. */
    private static boolean labelMatches(String wanted, String label) {
        return wanted.equals("*") || (!label.equals("*") && label.matches(wanted.replace("*", "[a-z0-9_-]*")));
    }

    /** Whether the name, or one that the wildcard covers, is the entry's. */
    private static boolean meets(String entry, String name) {
        int dot = entry.indexOf('.');
        boolean covered = name.startsWith("*.") && dot > 0 && labelByLabel(entry.substring(dot + 1), name.substring(2));
        return covered || matches(entry, name);
    }

    private static List<String> entries(String key, @Nullable List<String> given) {
        if (given == null) {
            return List.of();
        }
        for (String entry : given) {
            Check.that(
                    entry.toLowerCase(Locale.ROOT).matches(LABEL + "(\\." + LABEL + ")*"),
                    key + " has '" + entry + "'; use a domain such as example.com, or a pattern such as *.example.com");
        }
        return given.stream().map(entry -> entry.toLowerCase(Locale.ROOT)).toList();
    }
}
