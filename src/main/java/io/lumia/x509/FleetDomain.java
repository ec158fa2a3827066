package io.lumia.x509;

import java.util.Locale;
import java.util.Optional;

/**
 * The DNS domain under which every fleet member has a name, {@code devices.lumia.internal} by default.
 *
 * @param suffix the domain, lower-case, without leading or trailing dot
 */
public record FleetDomain(String suffix) {
    /** @throws IllegalArgumentException when the suffix is not a lower-case DNS name of at least two labels */
    public FleetDomain {
        if (!suffix.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")) {
            throw new IllegalArgumentException("not a DNS domain: " + Printable.quoted(suffix));
        }
    }

    /** {@code dev-0001} becomes {@code dev-0001.devices.lumia.internal}. */
    public String dnsName(DeviceName device) {
        return device.value() + "." + suffix;
    }

    /** Whether the DNS name lies in this domain, at whatever depth. */
    public boolean contains(String dnsName) {
        return dnsName.toLowerCase(Locale.ROOT).endsWith("." + suffix);
    }

    /** The fleet member of this DNS name; empty when the name is outside the domain or not directly below it. */
    public Optional<DeviceName> deviceOf(String dnsName) {
        if (!contains(dnsName)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DeviceName(
                    dnsName.toLowerCase(Locale.ROOT).substring(0, dnsName.length() - suffix.length() - 1)));
        } catch (IllegalArgumentException deeper) {
            return Optional.empty();
        }
    }
}
