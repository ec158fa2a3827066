package io.lumia.web.gui;

import io.lumia.web.Operator;
import io.lumia.web.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What every page needs.
 *
 * @param section in which it is; null: in none
 * @param operator who looks at it; null: nobody yet
 * @param path of the page itself
 * @param lastEvent after which the browser listens for events
 * @param notice of what was just done or went wrong
 */
record Shell(
        String title,
        @Nullable Section section,
        @Nullable Operator operator,
        Theme theme,
        Assets assets,
        Instant now,
        String path,
        long lastEvent,
        @Nullable Notice notice) {

    /** @param tone {@code good, warning} or {@code bad} */
    record Notice(String tone, String text) {}

    /** Whether who looks at the page may do what this role may. */
    boolean may(Role role) {
        return operator != null && operator.role().covers(role);
    }

    Shell with(Notice given) {
        return new Shell(title, section, operator, theme, assets, now, path, lastEvent, given);
    }
}
