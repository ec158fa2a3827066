package io.lumia.broker;

import io.lumia.access.TopicAcl;
import io.lumia.broker.handshake.WaitingRoom;
import io.lumia.bus.FleetBus.BrokerLoad;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.config.BrokerConfig;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Locale;

/** What all event loops of one broker share; safe for use by several threads. */
record Hub(
        Vertx vertx,
        BrokerConfig config,
        Clock clock,
        AccessRules rules,
        Ledger ledger,
        Sessions sessions,
        RetainedMessages retained,
        Router router,
        Connections connections,
        SharedCertificates shared,
        BrokerCounters counters,
        WaitingRoom waitingRoom) {
    static Hub create(Vertx vertx, BrokerConfig config, Clock clock, TopicAcl acl, Ledger ledger) {
        var counters = new BrokerCounters();
        var tree = new TopicTree();
        var retained = new RetainedMessages(
                config.maxRetained(), new ByteBudget(config.limits().retainedBytes()));
        var router = new Router(tree, retained, ledger, clock);
        return new Hub(
                vertx,
                config,
                clock,
                new AccessRules(acl),
                ledger,
                new Sessions(config, tree, router, counters, ledger, clock),
                retained,
                router,
                new Connections(config.maxConnections()),
                new SharedCertificates(vertx, clock, config.sharedCertificate()),
                counters,
                new WaitingRoom(
                        config.limits().arrivals(),
                        config.connectTimeout(),
                        clock,
                        turned -> counters.connect(turned.name().toLowerCase(Locale.ROOT))));
    }

    /** Recomputes what everybody may do. No connection ends; subscriptions stay and hear what the new rules let them. */
    void rulesChanged(TopicAcl next) {
        rules.replace(next);
        connections.each(connection -> connection.rulesChanged());
        sessions.each(session -> session.rulesChanged(rules));
    }

    BrokerStatistics statistics() {
        var arriving = waitingRoom.load();
        var load = new BrokerLoad(
                arriving.atWork(),
                arriving.waiting(),
                arriving.delayed(),
                sessions.tree().size(),
                sessions.queued().held(),
                retained.bytes());
        return counters.statistics(connections.count(), sessions.size(), retained.size(), load, ledger.figures());
    }
}
