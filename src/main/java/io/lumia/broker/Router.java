package io.lumia.broker;

import io.lumia.broker.RetainedMessages.Retained;
import io.lumia.broker.TopicTree.Matches;
import io.lumia.broker.durable.Change;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a publisher to every session that wants the message. Takes no lock. */
final class Router {
    private static final Logger log = LoggerFactory.getLogger(Router.class);
    private static final String SYSTEM = "$SYS/";

    private final TopicTree tree;
    private final RetainedMessages retained;
    private final RetainedMessages system = new RetainedMessages(Integer.MAX_VALUE, new ByteBudget(Long.MAX_VALUE));
    private final Ledger ledger;
    private final Clock clock;
    private volatile boolean full;

    Router(TopicTree tree, RetainedMessages retained, Ledger ledger, Clock clock) {
        this.tree = tree;
        this.retained = retained;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * Who gets what one client publishes to a topic, as long as the tree's epoch stays.
     *
     * @param epoch of the tree when it was matched
     * @param allowed whether the publisher may; if not, nobody gets it, and that stays so
     */
    record Route(long epoch, boolean allowed, Matches matches) {
        static final Route DENIED = new Route(-1, false, Matches.NOBODY);

        boolean reachesNobody() {
            return matches.targets().isEmpty() && matches.groups().isEmpty();
        }
    }

    /**
     * How far a message came at once.
     *
     * @param crowded a session is behind, so that the publisher should wait a little
     * @param posting what has to be kept first; null: nothing, and it is in the queue of every session that matches
     */
    record Passed(boolean crowded, @Nullable Posting posting) {
        static final Passed ON = new Passed(false, null);
        private static final Passed ON_TO_A_CROWD = new Passed(true, null);

        private static Passed of(boolean crowded, @Nullable Posting posting) {
            return posting != null ? new Passed(crowded, posting) : crowded ? ON_TO_A_CROWD : ON;
        }
    }

    boolean isCurrent(Route route) {
        return route.epoch == tree.epoch();
    }

    Route route(String topic, SessionKey publisher) {
        long epoch = tree.epoch();
        return new Route(epoch, true, tree.match(topic, publisher));
    }

    /** For messages that nobody waits for: when the store refuses, those who can have it from memory get it. */
    void publish(Message message) {
        post(publish(message, route(message.topic(), message.publisher())).posting());
    }

    private void post(@Nullable Posting posting) {
        if (posting != null) {
            ledger.offer(posting.changes(), null, kept -> {
                var unused = posting.deliver(kept);
            });
        }
    }

    /** Hands the message to all that keep nothing beyond their connection, and prepares it for the others. */
    Passed publish(Message message, Route route) {
        @Nullable Posting posting = message.retain() ? keep(message) : null;
        boolean crowded = false;
        for (Target target : route.matches.targets()) {
            var session = target.session();
            var delivery = target.delivery(message);
            var kept = keptFor(session, delivery);
            if (kept == null) {
                crowded |= session.deliver(delivery);
            } else {
                posting = with(posting, session, kept, delivery);
            }
        }
        for (SharedGroup group : route.matches.groups()) {
            var member = group.choose(message.topic());
            if (member != null) {
                var delivery = group.delivery(member, message);
                var kept = keptFor(member.session(), delivery);
                if (kept == null) {
                    crowded |= member.session().deliver(delivery);
                } else {
                    posting = with(posting, member.session(), kept, delivery);
                }
            }
        }
        return Passed.of(crowded, posting);
    }

    /** @return null: the session or the message does not outlive a connection */
    private static @Nullable KeptSession keptFor(Session session, Delivery delivery) {
        return delivery.qos() == 0 ? null : session.kept();
    }

    private Posting with(@Nullable Posting begun, Session session, KeptSession kept, Delivery delivery) {
        var posting = begun == null ? new Posting(ledger) : begun;
        posting.copy(session, kept, delivery);
        return posting;
    }

    /** What a new subscription gets at once (MQTT 5, 3.3.1.3). */
    void deliverRetained(Subscription subscription) {
        var filter = subscription.filter();
        var session = subscription.session();
        var from = filter.text().startsWith(SYSTEM) ? system : retained;
        for (Retained found : from.matching(filter, clock.millis())) {
            if (!session.mayRead(found.message().topic())) {
                continue;
            }
            var delivery = subscription.delivery(found.message(), true, null);
            var kept = keptFor(session, delivery);
            if (kept == null) {
                var unused = session.deliver(delivery);
            } else {
                post(copy(found, session, kept, delivery));
            }
        }
    }

    private Posting copy(Retained found, Session session, KeptSession kept, Delivery delivery) {
        var posting = new Posting(ledger);
        var stored = found.stored();
        boolean shared = stored != null && stored.referAgain();
        if (stored != null && shared) {
            posting.messageIs(stored);
        }
        posting.copy(session, kept, delivery);
        if (stored != null && shared) {
            var unused = stored.release(); // the copy refers to it now
        }
        return posting;
    }

    /** Forgets retained messages that expired. */
    void removeExpired() {
        var changes = new ArrayList<Change>();
        retained.removeExpired(clock.millis(), gone -> forget(gone, changes));
        ledger.append(changes);
    }

    /** @return what has to be stored; null: nothing */
    private @Nullable Posting keep(Message message) {
        if (message.topic().startsWith(SYSTEM)) {
            var unused = system.keep(message, null, gone -> {});
            return null;
        }
        var posting = new Posting(ledger);
        var changes = posting.changes();
        if (message.payload().length == 0) {
            var unused = retained.keep(message, null, gone -> forget(gone, changes));
            return changes.isEmpty() ? null : posting;
        }
        var stored = posting.message(message);
        Ledger.retained(stored, changes);
        boolean kept = retained.keep(message, stored, gone -> forget(gone, changes));
        tellWhetherFull(!kept);
        return kept ? posting : null;
    }

    private static void forget(Retained gone, List<Change> changes) {
        var stored = gone.stored();
        if (stored != null) {
            Ledger.notRetained(stored, changes);
        }
    }

    private void tellWhetherFull(boolean now) {
        if (now && !full) {
            log.atWarn()
                    .addKeyValue("retained", retained.size())
                    .log(
                            "a retained message is not kept: raise broker.max-retained or broker.limits.retained-bytes, or clear topics with an empty retained message");
        }
        full = now;
    }
}
