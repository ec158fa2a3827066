package io.lumia.web;

import io.lumia.config.WebSessionConfig;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Who is logged in with a browser. Kept in memory, so that the end of the process ends them; a session knows the token it was begun with and
 * lasts no longer than that. The longest unused gives way when there are too many. For one event loop.
 */
final class Sessions {
    private static final int MOST = 2000;

    private final WebSessionConfig limits;
    private final SecureRandom random;
    private final LinkedHashMap<String, Session> byHash = new LinkedHashMap<>(16, 0.75f, true);

    Sessions(WebSessionConfig limits, SecureRandom random) {
        this.limits = limits;
        this.random = random;
    }

    /**
     * @param token name of the token it was begun with
     * @param ends at the latest
     */
    record Session(String token, Instant lastSeen, Instant ends) {}

    /** Begins one. @return its secret, for the cookie */
    String begin(String token, Instant now) {
        var secret = Secret.make(random);
        byHash.put(Secret.hash(secret), new Session(token, now, now.plus(limits.longest())));
        if (byHash.size() > MOST) {
            byHash.remove(byHash.keySet().iterator().next());
        }
        return secret;
    }

    /** The session that lasts, which is used by this. */
    Optional<Session> use(String secret, Instant now) {
        var hash = Secret.hash(secret);
        var session = byHash.get(hash);
        if (session == null) {
            return Optional.empty();
        }
        if (!now.isBefore(session.ends()) || !now.isBefore(session.lastSeen().plus(limits.idle()))) {
            byHash.remove(hash);
            return Optional.empty();
        }
        var used = new Session(session.token(), now, session.ends());
        byHash.put(hash, used);
        return Optional.of(used);
    }

    /** Ends it. @return empty when there was none */
    Optional<Session> end(String secret) {
        return Optional.ofNullable(byHash.remove(Secret.hash(secret)));
    }

    /** Ends all that were begun with this token. */
    void endAll(String token) {
        byHash.values().removeIf(session -> session.token().equals(token));
    }

    int size() {
        return byHash.size();
    }
}
