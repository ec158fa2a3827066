package io.lumia.broker;

import io.lumia.broker.Subscription.Asked;
import io.lumia.broker.durable.Change;
import io.lumia.broker.durable.DurableStore;
import io.lumia.broker.durable.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up at the start what an earlier process kept. What nothing refers to any more, since that process ended between two commits, is removed.
 * Blocks.
 */
final class Reload {
    private static final Logger log = LoggerFactory.getLogger(Reload.class);

    private record Loaded(Message message, StoredMessage stored) {}

    private final DurableStore store;
    private final Hub hub;
    private final Duration beat;
    private final Map<Long, Session> sessions = new HashMap<>();
    private final Map<Long, Loaded> messages = new HashMap<>();
    private final List<Change> rubbish = new ArrayList<>();
    private Instant lastAlive = Instant.EPOCH;
    private int copies;

    /** @param beat how often a broker says that it lives */
    Reload(DurableStore store, Hub hub, Duration beat) {
        this.store = store;
        this.hub = hub;
        this.beat = beat;
    }

    void run() {
        long began = System.nanoTime();
        store.forEach(Table.META, this::meta);
        store.forEach(Table.SESSIONS, (key, value) -> session((Long) key, SessionRow.read(value)));
        store.forEach(Table.SUBSCRIPTIONS, (key, value) -> subscription((String) key, Row.of(value)));
        store.forEach(Table.INBOUND, (key, value) -> inbound((Long) key));
        store.forEach(Table.MESSAGES, (key, value) -> message((Long) key, MessageRow.read(value)));
        store.forEach(Table.RETAINED, (key, value) -> retained((Long) key));
        store.forEach(Table.COPIES, (key, value) -> copy((Long) key, CopyRow.read(value)));
        messages.values().forEach(loaded -> {
            if (!loaded.stored.isReferred()) {
                rubbish.add(Change.remove(Table.MESSAGES, loaded.stored.id()));
            }
        });
        hub.ledger().append(rubbish);
        log.atInfo()
                .addKeyValue("sessions", sessions.size())
                .addKeyValue("messages", copies)
                .addKeyValue("retained", hub.retained().size())
                .addKeyValue("bytes", hub.ledger().figures().sizeBytes())
                .addKeyValue("ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))
                .log("broker's store loaded");
    }

    private void meta(Object key, byte[] value) {
        if (Ledger.isAlive(key)) {
            lastAlive = Ledger.alive(value);
        }
    }

    /** Who was connected when the broker was killed is offline since then; not longer, and not since before a clock that was set back. */
    private void session(long number, SessionRow row) {
        hub.ledger().usedUpTo(number);
        var now = hub.clock().instant();
        var then = lastAlive.plus(beat);
        var since = row.offlineSince().equals(Instant.MAX) ? then : row.offlineSince();
        var offline =
                new SessionRow(row.key(), row.standing(), row.expiry(), since.isAfter(now) ? now : since, row.will());
        sessions.put(number, hub.sessions().restore(new KeptSession(number), offline));
    }

    private void subscription(String key, Row row) {
        var session = sessions.get(KeptSession.ofSubscription(key));
        if (session == null) {
            rubbish.add(Change.remove(Table.SUBSCRIPTIONS, key));
            return;
        }
        var text = KeptSession.text(key);
        var asked = Asked.parse(text, Integer.MAX_VALUE);
        int qos = row.nextByte();
        boolean noLocal = row.nextBoolean();
        boolean asPublished = row.nextBoolean();
        var subscription =
                new Subscription(session, asked.group(), asked.filter(), qos, noLocal, asPublished, row.nextInt());
        var unused = session.subscribe(text, subscription);
    }

    private void inbound(long key) {
        var session = sessions.get(KeptSession.ofInbound(key));
        if (session == null) {
            rubbish.add(Change.remove(Table.INBOUND, key));
        } else {
            var unused = session.receiveOnce(KeptSession.packetId(key));
        }
    }

    private void message(long id, Message message) {
        hub.ledger().usedUpTo(id);
        messages.put(id, new Loaded(message, new StoredMessage(id)));
    }

    private void retained(long id) {
        var loaded = messages.get(id);
        if (loaded == null || loaded.message.isExpired(hub.clock().millis())) {
            rubbish.add(Change.remove(Table.RETAINED, id));
            return;
        }
        loaded.stored.refer();
        boolean kept = hub.retained().keep(loaded.message, loaded.stored, older -> notRetained(older.stored()));
        if (!kept) {
            notRetained(loaded.stored);
        }
    }

    private void notRetained(@Nullable StoredMessage stored) {
        if (stored != null) {
            Ledger.notRetained(stored, rubbish);
        }
    }

    private void copy(long id, CopyRow row) {
        hub.ledger().usedUpTo(id);
        var session = sessions.get(row.session());
        var loaded = messages.get(row.message());
        if (session == null || loaded == null) {
            rubbish.add(Change.remove(Table.COPIES, id));
            return;
        }
        loaded.stored.refer();
        copies++;
        var copy = new StoredCopy(id, row.session(), loaded.stored);
        var delivery = new Delivery(loaded.message, row.qos(), row.retain(), row.identifiers(), group(row), copy);
        session.outbox().restore(delivery, row.stage(), row.packetId());
    }

    private @Nullable SharedGroup group(CopyRow row) {
        if (row.group() == null) {
            return null;
        }
        var asked = Asked.parse(row.group(), Integer.MAX_VALUE);
        return asked.group() == null ? null : hub.sessions().tree().group(asked.filter(), asked.group());
    }
}
