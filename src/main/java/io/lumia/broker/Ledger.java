package io.lumia.broker;

import io.lumia.broker.StoredCopy.Stage;
import io.lumia.broker.durable.Change;
import io.lumia.broker.durable.DurableStore;
import io.lumia.broker.durable.StoreFigures;
import io.lumia.broker.durable.Table;
import io.vertx.core.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the broker writes down of sessions and messages, and in which order. Never blocks; safe for use by several threads. */
final class Ledger {
    private static final String ALIVE = "alive";

    private final DurableStore store;
    private final Context home;
    private final Clock clock;
    private final AtomicLong lastId = new AtomicLong();

    /** @param home where waiters without a context of their own are told */
    Ledger(DurableStore store, Context home, Clock clock) {
        this.store = store;
        this.home = home;
        this.clock = clock;
    }

    /** No id up to this one is given out any more. */
    void usedUpTo(long id) {
        lastId.accumulateAndGet(id, Math::max);
    }

    KeptSession newSession() {
        return new KeptSession(lastId.incrementAndGet());
    }

    StoredMessage newMessage() {
        return new StoredMessage(lastId.incrementAndGet());
    }

    StoredCopy newCopy(KeptSession session, StoredMessage message) {
        message.refer();
        return new StoredCopy(lastId.incrementAndGet(), session.number(), message);
    }

    /** Whether publishers should wait for the disk. */
    boolean isBehind() {
        return store.isBehind();
    }

    StoreFigures figures() {
        return store.figures();
    }

    /** See {@link DurableStore#offer}. */
    void offer(List<Change> changes, @Nullable Context context, Consumer<Boolean> done) {
        store.offer(changes, context == null ? home : context, done);
    }

    void append(List<Change> changes) {
        if (!changes.isEmpty()) {
            store.append(changes);
        }
    }

    /** See {@link DurableStore#append}; without changes: when all before is kept. */
    void append(List<Change> changes, Context context, Runnable done) {
        store.append(changes, context, done);
    }

    // ---- copies

    static Change queued(Delivery delivery, StoredCopy copy) {
        return Change.put(Table.COPIES, copy.id(), CopyRow.write(copy.session(), delivery, copy, Stage.QUEUED, 0));
    }

    /** The copy belongs to another session now. */
    void moved(Delivery delivery, StoredCopy copy, KeptSession to) {
        append(List.of(
                Change.put(Table.COPIES, copy.id(), CopyRow.write(to.number(), delivery, copy, Stage.QUEUED, 0))));
    }

    static List<Change> sent(Delivery delivery, StoredCopy copy, Stage stage, int packetId) {
        if (copy.session() != StoredCopy.ANY) {
            return List.of(Change.put(
                    Table.COPIES, copy.id(), CopyRow.write(copy.session(), delivery, copy, stage, packetId)));
        }
        // until it is done, QoS 1 stays with the session that had it first; QoS 2 must not come twice
        return delivery.qos() == 1 ? List.of() : List.of(Change.remove(Table.COPIES, copy.id()));
    }

    /** The delivery is over, one way or another. */
    void drop(Delivery delivery) {
        var changes = new ArrayList<Change>(2);
        drop(delivery, changes);
        append(changes);
    }

    static void drop(Delivery delivery, List<Change> changes) {
        var copy = delivery.copy();
        if (copy != null) {
            changes.add(Change.remove(Table.COPIES, copy.id()));
            release(copy.message(), changes);
        }
    }

    static void release(StoredMessage message, List<Change> changes) {
        if (message.release()) {
            changes.add(Change.remove(Table.MESSAGES, message.id()));
        }
    }

    // ---- retained messages

    static void retained(StoredMessage message, List<Change> changes) {
        message.refer();
        changes.add(Change.put(Table.RETAINED, message.id(), new byte[0]));
    }

    static void notRetained(StoredMessage message, List<Change> changes) {
        changes.add(Change.remove(Table.RETAINED, message.id()));
        release(message, changes);
    }

    // ---- time

    /** Says that the broker lives: who is connected when it is killed counts as offline from about then. */
    void alive() {
        var row = Row.toWrite(Long.BYTES);
        row.put(clock.millis());
        append(List.of(Change.put(Table.META, ALIVE, row.value())));
    }

    static boolean isAlive(Object key) {
        return ALIVE.equals(key);
    }

    static Instant alive(byte[] value) {
        return Instant.ofEpochMilli(Row.of(value).nextLong());
    }
}
