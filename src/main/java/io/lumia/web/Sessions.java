package io.lumia.web;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;

/** Who is logged in with a browser; a session knows the token it was begun with and lasts no longer than that. */
interface Sessions {
    /**
     * One browser's.
     *
     * @param token name of the token it was begun with
     * @param ends at the latest
     */
    record Session(String token, Instant lastSeen, Instant ends) {}

    /** Begins one. @return its secret, for the cookie */
    Future<String> begin(String token, Instant now);

    /** The session that lasts, which is used by this. */
    Future<Optional<Session>> use(String secret, Instant now);

    /** Ends it. @return empty when there was none */
    Future<Optional<Session>> end(String secret);

    /** Ends all that were begun with this token. */
    Future<Void> endAll(String token);

    /** How many there are, or were a moment ago. */
    int size();
}
