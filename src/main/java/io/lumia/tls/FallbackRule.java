package io.lumia.tls;

import java.time.Duration;
import java.time.Instant;

/** When an operator's own pair takes the place of a certificate that could not be renewed. */
final class FallbackRule {
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int SHARE = 10;

    private FallbackRule() {}

    /** In the last tenth of the lifetime, and within its last hour: until then the renewal has time to succeed. */
    static boolean isDue(Instant issuedAt, Instant notAfter, Instant now) {
        var tenth = Duration.between(issuedAt, notAfter).dividedBy(SHARE);
        var left = Duration.between(now, notAfter);
        return left.compareTo(tenth.compareTo(LONGEST) < 0 ? tenth : LONGEST) <= 0;
    }
}
