package io.lumia.expiry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something came to another level than before.
 *
 * @param identity {@code broker}, {@code ca-root}, {@code watched:NAME}
 * @param level {@code healthy, warning, critical, expired} or {@code unknown}
 * @param previous the same; null: it was not known before
 * @param notAfter when the first of its certificates ends; null: none was seen
 * @param detail a sentence for people; may be empty
 */
record LevelChange(
        Instant at,
        String identity,
        String level,
        @Nullable String previous,
        @Nullable Instant notAfter,
        String detail) {}
