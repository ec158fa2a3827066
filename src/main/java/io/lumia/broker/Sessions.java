package io.lumia.broker;

import io.lumia.config.BrokerConfig;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Every session, by identity and client id. */
final class Sessions {
    private final Map<SessionKey, Session> byKey = new ConcurrentHashMap<>();
    private final BrokerConfig config;
    private final TopicTree tree;
    private final BrokerCounters counters;
    private final Clock clock;

    Sessions(BrokerConfig config, TopicTree tree, BrokerCounters counters, Clock clock) {
        this.config = config;
        this.tree = tree;
        this.counters = counters;
        this.clock = clock;
    }

    TopicTree tree() {
        return tree;
    }

    /** Gives the connection its session, a new one where there is none. */
    void attach(ClientConnection connection) {
        byKey.computeIfAbsent(connection.key(), this::create).attach(connection);
    }

    void remove(Session ended) {
        byKey.remove(ended.key(), ended);
    }

    /** Ends the sessions that were without a connection for longer than they may. */
    void endExpired() {
        byKey.values().forEach(Session::endIfExpired);
    }

    int size() {
        return byKey.size();
    }

    private Session create(SessionKey key) {
        var outbox = new Outbox(config.maxQueuedMessages(), config.maxInflight(), counters);
        return new Session(key, this, outbox, clock);
    }
}
