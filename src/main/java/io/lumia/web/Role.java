package io.lumia.web;

import io.lumia.x509.Printable;
import java.util.Locale;

/** What somebody may do at the admin API and the web interface; each role may do what those before it may. */
public enum Role {
    /** Reads everything that is no secret. */
    VIEWER,
    /** Provisions, issues, revokes, and acts on devices. */
    OPERATOR,
    /** Changes the CA, external account keys, tokens, settings; issues certificates that carry a role. */
    ADMIN;

    /** The name in the API, on the command line and in the store. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether who has this role may do what {@code needed} may do. */
    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** @throws IllegalArgumentException with the accepted values, when {@code label} is none of them */
    public static Role of(String label) {
        for (Role role : values()) {
            if (role.label().equals(label)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "unknown role " + Printable.quoted(label) + ": expected viewer, operator or admin");
    }
}
