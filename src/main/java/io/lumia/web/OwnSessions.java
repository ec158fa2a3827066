package io.lumia.web;

import io.lumia.config.WebSessionConfig;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Sessions of the only node, in memory, so that the end of the process ends them. The longest unused gives way when there are too many. For one event loop.
 */
final class OwnSessions implements Sessions {
    private static final int MOST = 2000;

    private final WebSessionConfig limits;
    private final SecureRandom random;
    private final LinkedHashMap<String, Session> byHash = new LinkedHashMap<>(16, 0.75f, true);

    OwnSessions(WebSessionConfig limits, SecureRandom random) {
        this.limits = limits;
        this.random = random;
    }

    @Override
    public Future<String> begin(String token, Instant now) {
        var secret = Secret.make(random);
        byHash.put(Secret.hash(secret), new Session(token, now, now.plus(limits.longest())));
        if (byHash.size() > MOST) {
            byHash.remove(byHash.keySet().iterator().next());
        }
        return Future.succeededFuture(secret);
    }

    @Override
    public Future<Optional<Session>> use(String secret, Instant now) {
        var hash = Secret.hash(secret);
        var session = byHash.get(hash);
        if (session == null) {
            return Future.succeededFuture(Optional.empty());
        }
        if (!now.isBefore(session.ends()) || !now.isBefore(session.lastSeen().plus(limits.idle()))) {
            byHash.remove(hash);
            return Future.succeededFuture(Optional.empty());
        }
        var used = new Session(session.token(), now, session.ends());
        byHash.put(hash, used);
        return Future.succeededFuture(Optional.of(used));
    }

    @Override
    public Future<Optional<Session>> end(String secret) {
        return Future.succeededFuture(Optional.ofNullable(byHash.remove(Secret.hash(secret))));
    }

    @Override
    public Future<Void> endAll(String token) {
        byHash.values().removeIf(session -> session.token().equals(token));
        return Future.succeededFuture();
    }

    @Override
    public int size() {
        return byHash.size();
    }
}
