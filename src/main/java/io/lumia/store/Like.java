package io.lumia.store;

import java.util.Locale;

/** Patterns for SQL's LIKE with {@code escape '!'}. */
final class Like {
    private Like() {}

    /** Matches every text that contains this one; names, serials and identities are lower-case. */
    static String containing(String part) {
        return "%" + part.toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1") + "%";
    }
}
