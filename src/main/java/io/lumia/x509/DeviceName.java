package io.lumia.x509;

import java.util.regex.Pattern;

/**
 * The name of a fleet member: subject CN, MQTT identity and first label of its DNS name, so it is a DNS label (RFC 1123, 2.1): lower-case
 * letters, digits and hyphens, at most 63.
 */
public record DeviceName(String value) implements Comparable<DeviceName> {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** @throws IllegalArgumentException when the value is not a lower-case DNS label */
    public DeviceName {
        if (!LABEL.matcher(value).matches()) {
            throw new IllegalArgumentException("not a device name: " + Printable.quoted(value)
                    + "; use 1 to 63 lower-case letters, digits and inner hyphens");
        }
    }

    @Override
    public int compareTo(DeviceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
