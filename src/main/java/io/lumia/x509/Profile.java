package io.lumia.x509;

import java.util.Locale;

/**
 * What a certificate is for. The authority records the profile with the serial; rights follow the recorded profile, never a name
 * that somebody chose.
 */
public enum Profile {
    /** First certificate of a device, over plain HTTP: good for ACME and renewal, refused by the broker. */
    BOOTSTRAP,
    /** An MQTT client of the fleet: clientAuth. */
    DEVICE,
    /** A listener: serverAuth. */
    SERVER,
    /** A person or program that administers Lumia: clientAuth. */
    ADMIN,
    /** A place with a broker of its own that bridges to the central one: clientAuth. */
    SITE;

    /** The name in configuration, API and metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException with the accepted values, when {@code label} is none of them */
    public static Profile of(String label) {
        for (Profile profile : values()) {
            if (profile.label().equals(label)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "unknown profile " + Printable.quoted(label) + ": expected bootstrap, device, server, admin or site");
    }
}
