package io.lumia.broker;

import io.lumia.access.TopicAcl;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.config.BrokerConfig;
import io.vertx.core.Vertx;
import java.time.Clock;

/** What all event loops of one broker share; safe for use by several threads. */
record Hub(
        Vertx vertx,
        BrokerConfig config,
        Clock clock,
        AccessRules rules,
        Sessions sessions,
        RetainedMessages retained,
        Router router,
        Connections connections,
        BrokerCounters counters) {
    static Hub create(Vertx vertx, BrokerConfig config, Clock clock, TopicAcl acl) {
        var counters = new BrokerCounters();
        var tree = new TopicTree();
        var retained = new RetainedMessages(config.maxRetained());
        var router = new Router(tree, retained, clock);
        return new Hub(
                vertx,
                config,
                clock,
                new AccessRules(acl),
                new Sessions(config, tree, router, counters, clock),
                retained,
                router,
                new Connections(config.maxConnections()),
                counters);
    }

    /** Recomputes what everybody may do. No connection ends; subscriptions stay and hear what the new rules let them. */
    void rulesChanged(TopicAcl next) {
        rules.replace(next);
        connections.each(connection -> connection.rulesChanged());
        sessions.each(session -> session.rulesChanged(rules));
    }

    BrokerStatistics statistics() {
        return counters.statistics(connections.count(), sessions.size(), retained.size());
    }
}
