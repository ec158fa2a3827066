package io.lumia.web;

import io.lumia.config.WebSessionConfig;
import io.lumia.store.WebSessions;
import io.lumia.store.WebSessions.Kept;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Sessions in the database, so that a browser is logged in at every node, and logged out at every one at once. */
final class SharedSessions implements Sessions {
    /** So that a page with a dozen requests is one write. */
    private static final Duration USE_IS_NOTED_EVERY = Duration.ofMinutes(1);

    private final WebSessionConfig limits;
    private final WebSessions kept;
    private final SecureRandom random;
    private volatile int size;

    SharedSessions(WebSessionConfig limits, WebSessions kept, SecureRandom random) {
        this.limits = limits;
        this.kept = kept;
        this.random = random;
    }

    @Override
    public Future<String> begin(String token, Instant now) {
        var secret = Secret.make(random);
        return kept.add(Secret.hash(secret), new Kept(token, now, now.plus(limits.longest())))
                .map(secret);
    }

    @Override
    public Future<Optional<Session>> use(String secret, Instant now) {
        var hash = Secret.hash(secret);
        return kept.find(hash).compose(found -> {
            if (found.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
            }
            var session = found.get();
            if (!now.isBefore(session.ends())
                    || !now.isBefore(session.lastSeen().plus(limits.idle()))) {
                return kept.remove(hash).map(Optional.empty());
            }
            var used = Optional.of(new Session(session.token(), now, session.ends()));
            return isNoted(session, now)
                    ? Future.succeededFuture(used)
                    : kept.used(hash, now).map(used);
        });
    }

    @Override
    public Future<Optional<Session>> end(String secret) {
        return kept.remove(Secret.hash(secret))
                .map(gone -> gone.map(session -> new Session(session.token(), session.lastSeen(), session.ends())));
    }

    @Override
    public Future<Void> endAll(String token) {
        return kept.removeOf(token);
    }

    @Override
    public int size() {
        var unused = kept.count().onSuccess(now -> size = now);
        return size;
    }

    private boolean isNoted(Kept session, Instant now) {
        var tenth = limits.idle().dividedBy(10);
        var every = tenth.compareTo(USE_IS_NOTED_EVERY) < 0 ? tenth : USE_IS_NOTED_EVERY;
        return now.isBefore(session.lastSeen().plus(every));
    }
}
