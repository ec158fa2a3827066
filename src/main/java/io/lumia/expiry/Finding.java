package io.lumia.expiry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was found at one file, endpoint or directory.
 *
 * @param name under which it is watched; the subject itself when it has none
 * @param subject file, address or URL
 * @param notBefore when that certificate of the chain begins which ends first; null: none was seen
 * @param notAfter when it ends; null: none was seen
 * @param certificate subject of that one; null: none was seen
 * @param up whether the endpoint answered as it should; null: it is no endpoint
 * @param detail a sentence for people; empty when there is nothing to say
 */
public record Finding(
        String name,
        String subject,
        Verdict verdict,
        @Nullable Instant notBefore,
        @Nullable Instant notAfter,
        @Nullable String certificate,
        @Nullable Boolean up,
        String detail) {}
