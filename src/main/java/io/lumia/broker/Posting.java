package io.lumia.broker;

import io.lumia.broker.durable.Change;
import io.lumia.broker.durable.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of one message has to be kept before it is acknowledged: its copies for sessions that outlive their connections, as retained message, the
 * packet id. They are kept together, and only then handed over.
 */
final class Posting {
    private record Stop(Session session, Delivery delivery) {}

    private final Ledger ledger;
    private final List<Change> changes = new ArrayList<>(4);
    private final List<Stop> stops = new ArrayList<>(1);
    private @Nullable StoredMessage stored;

    Posting(Ledger ledger) {
        this.ledger = ledger;
    }

    /** The message's row, made with the first that refers to it. */
    StoredMessage message(Message message) {
        var known = stored;
        if (known == null) {
            known = ledger.newMessage();
            stored = known;
            changes.add(Change.put(Table.MESSAGES, known.id(), MessageRow.write(message)));
        }
        return known;
    }

    /** The message is in the store already. */
    void messageIs(StoredMessage known) {
        stored = known;
    }

    void copy(Session session, KeptSession kept, Delivery delivery) {
        var copy = ledger.newCopy(kept, message(delivery.message()));
        var durable = delivery.stored(copy);
        changes.add(Ledger.queued(durable, copy));
        stops.add(new Stop(session, durable));
    }

    void add(Change change) {
        changes.add(change);
    }

    List<Change> changes() {
        return changes;
    }

    /**
     * Hands the copies over.
     *
     * @param kept whether they are in the store; if not, they are in memory only
     * @return whether one of the sessions is crowded, see {@link Session#deliver}
     */
    boolean deliver(boolean kept) {
        boolean crowded = false;
        for (Stop stop : stops) {
            crowded |= stop.session.deliver(kept ? stop.delivery : stop.delivery.stored(null));
        }
        return crowded;
    }
}
