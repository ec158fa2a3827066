package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens when a CA does not deliver; a block {@code fallback}. Every key may be left out.
 *
 * @param tries of each source before the next is asked; left out: 3
 * @param firstDelay bound of the first wait, which doubles; left out: 2 s
 * @param longestDelay bound of every wait; left out: 30 s
 * @param selfSigned whether a server without a valid certificate gets a self-signed one, which no client that verifies takes; left out: no
 * @param issuer asked when the first one does not deliver; left out: nobody
 */
public record FallbackConfig(
        Integer tries,
        @JsonProperty("first-delay") Duration firstDelay,
        @JsonProperty("longest-delay") Duration longestDelay,
        @JsonProperty("self-signed") Boolean selfSigned,
        @Nullable IssuerConfig issuer) {
    private static final int TRIES = 3;
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** Nothing set. */
    public static final FallbackConfig USUAL = new FallbackConfig(TRIES, FIRST, LONGEST, false, null);

    public FallbackConfig {
        tries = tries == null ? TRIES : tries;
        firstDelay = firstDelay == null ? FIRST : firstDelay;
        longestDelay = longestDelay == null ? LONGEST : longestDelay;
        selfSigned = selfSigned != null && selfSigned;
        issuer = issuer == null || !issuer.configured() ? null : issuer;
        Check.that(tries >= 1 && tries <= 20, "tries must be from 1 to 20, is " + tries);
        Check.positive("first-delay", firstDelay);
        Check.patience("longest-delay", longestDelay);
    }

    /** After the first one: the second, if there is one. */
    public List<IssuerConfig> issuers(IssuerConfig first) {
        return issuer == null ? List.of(first) : List.of(first, issuer);
    }
}
