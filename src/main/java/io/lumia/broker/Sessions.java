package io.lumia.broker;

import io.lumia.config.BrokerConfig;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Every session, by identity and client id. */
final class Sessions {
    private final Map<SessionKey, Session> byKey = new ConcurrentHashMap<>();
    private final Map<String, Integer> byIdentity = new ConcurrentHashMap<>();
    private final BrokerConfig config;
    private final TopicTree tree;
    private final Router router;
    private final BrokerCounters counters;
    private final Ledger ledger;
    private final Clock clock;
    private final ByteBudget queued;

    Sessions(BrokerConfig config, TopicTree tree, Router router, BrokerCounters counters, Ledger ledger, Clock clock) {
        this.config = config;
        this.tree = tree;
        this.router = router;
        this.counters = counters;
        this.ledger = ledger;
        this.clock = clock;
        this.queued = new ByteBudget(config.limits().queuedBytesInAll());
    }

    /** What all sessions hold together. */
    ByteBudget queued() {
        return queued;
    }

    TopicTree tree() {
        return tree;
    }

    BrokerCounters counters() {
        return counters;
    }

    /** A session that was stored; before there are connections. */
    Session restore(KeptSession as, SessionRow row) {
        var session = create(row.key());
        session.restore(as, row);
        byKey.put(row.key(), session);
        byIdentity.merge(row.key().identity(), 1, Integer::sum);
        return session;
    }

    /** Gives the connection its session, a new one where there is none. @return false when the identity has as many as it may */
    boolean attach(ClientConnection connection) {
        var key = connection.key();
        var session = byKey.get(key);
        if (session == null) {
            if (byIdentity.merge(key.identity(), 1, Integer::sum)
                    > config.limits().sessionsPerIdentity()) {
                discount(key);
                return false;
            }
            var fresh = create(key);
            var present = byKey.putIfAbsent(key, fresh);
            if (present != null) {
                discount(key);
            }
            session = present == null ? fresh : present;
        }
        session.attach(connection);
        return true;
    }

    /** The session ended just before the connection came to it. */
    void attachAgain(ClientConnection connection) {
        if (!attach(connection)) {
            var unused = connection.close(CloseReason.QUEUE_FULL);
        }
    }

    void remove(Session ended) {
        if (byKey.remove(ended.key(), ended)) {
            discount(ended.key());
        }
    }

    /** Ends the sessions that were without a connection for longer than they may, and publishes the wills that are due. */
    void sweep() {
        long now = clock.millis();
        byKey.values().forEach(session -> session.sweep(now));
    }

    void each(Consumer<Session> action) {
        byKey.values().forEach(action);
    }

    int size() {
        return byKey.size();
    }

    private void discount(SessionKey key) {
        var unused = byIdentity.computeIfPresent(key.identity(), (identity, count) -> count == 1 ? null : count - 1);
    }

    private Session create(SessionKey key) {
        var bounds = new Outbox.Bounds(
                config.maxQueuedMessages(),
                config.limits().queuedBytes(),
                config.maxInflight(),
                config.limits().overflow());
        return new Session(key, this, router, ledger, bounds, clock);
    }
}
