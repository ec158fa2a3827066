package io.lumia.broker;

import io.lumia.access.TopicRights;
import io.lumia.broker.durable.Change;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the broker keeps for one client, with or without a connection (MQTT 5, 4.1). All work goes through a {@link Mailbox}, whose home is the event
 * loop of the connection. A session that outlives its connection stands in the store as well.
 */
final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);

    private final SessionKey key;
    private final Sessions sessions;
    private final Router router;
    private final Ledger ledger;
    private final Clock clock;
    private final Mailbox mailbox = new Mailbox(this::work);
    private final Set<Integer> receivedQos2 = ConcurrentHashMap.newKeySet();
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
    private final SessionRights rights = new SessionRights();
    private final Outbox outbox;
    private volatile @Nullable KeptSession kept;
    private volatile boolean connected;
    private volatile long due = Long.MAX_VALUE;
    private @Nullable ClientConnection connection;
    private @Nullable Will will;
    private Duration expiry = Duration.ZERO;
    private Instant offlineSince = Instant.MAX;
    private boolean ended;

    Session(SessionKey key, Sessions sessions, Router router, Ledger ledger, Outbox.Bounds bounds, Clock clock) {
        this.key = key;
        this.sessions = sessions;
        this.router = router;
        this.ledger = ledger;
        this.outbox = new Outbox(bounds, sessions.queued(), sessions.counters(), ledger, mailbox::put, clock);
        this.clock = clock;
    }

    SessionKey key() {
        return key;
    }

    /** Where it stands in the store; null: it ends with its connection. */
    @Nullable
    KeptSession kept() {
        return kept;
    }

    /** Hands a message over; it is this session's from here on. @return whether so much waits here that publishers should slow down */
    boolean deliver(Delivery delivery) {
        mailbox.put(delivery);
        return mailbox.isCrowded();
    }

    /** Another member of a shared subscription has no use for the message any more; it keeps its place in the store. */
    void takeOver(Delivery before, Delivery now) {
        var copy = before.copy();
        var mine = kept;
        if (copy == null) {
            mailbox.put(now);
        } else if (mine == null) {
            mailbox.put(now.stored(copy.givenAway()));
        } else {
            ledger.moved(now, copy, mine);
            mailbox.put(now.stored(new StoredCopy(copy.id(), mine.number(), copy.message())));
        }
    }

    boolean isConnected() {
        return connected;
    }

    /** Gives the session to the connection, which closes the one it had. */
    void attach(ClientConnection next) {
        mailbox.moveTo(next.context(), (Runnable) () -> attached(next));
    }

    /**
     * The connection is gone; another may have taken the session already.
     *
     * @param delayed what is to be published unless the session is resumed in time; null: nothing
     */
    void detach(ClientConnection gone, @Nullable Will delayed) {
        mailbox.put((Runnable) () -> detached(gone, delayed));
    }

    /** Does the work with the session's state, unless the connection has lost the session meanwhile. */
    void withSession(ClientConnection asking, Runnable work) {
        mailbox.put((Runnable) () -> {
            if (asking == connection) {
                work.run();
            }
        });
    }

    /** Does the work when the changes, if this session is a kept one, are in the store; {@link #withSession} for both. */
    void whenKept(ClientConnection asking, List<Change> changes, Runnable work) {
        if (kept == null) {
            work.run();
        } else {
            ledger.append(changes, asking.context(), () -> withSession(asking, work));
        }
    }

    /** Publishes the will and ends the session, each when its time has come. */
    void sweep(long nowMs) {
        if (nowMs >= due) {
            mailbox.put((Runnable) this::swept);
        }
    }

    /** Only within {@link #withSession}. @return whether the subscription, whose text the client wrote so, is new */
    boolean subscribe(String text, Subscription subscription) {
        subscriptions.put(text, subscription);
        rights.subscribed(subscription);
        return sessions.tree().add(subscription);
    }

    /** Whether the client may have a message to this topic. From any thread. */
    boolean mayRead(String topic) {
        return rights.mayRead(topic);
    }

    /** Subscriptions stay, also those of which nothing may be read any more: another change of the rules brings them back. */
    void rulesChanged(AccessRules rules) {
        mailbox.put((Runnable) () -> rights(rules.rights(key, rights.standing())));
    }

    /** Only within {@link #withSession}. @return whether there was one */
    boolean unsubscribe(String text) {
        var removed = subscriptions.remove(text);
        return removed != null && sessions.tree().remove(removed);
    }

    boolean isSubscribed(String text) {
        return subscriptions.containsKey(text);
    }

    int subscriptionCount() {
        return subscriptions.size();
    }

    /** Only within {@link #withSession}, or before anybody else knows the session. */
    Outbox outbox() {
        return outbox;
    }

    /** Only within {@link #withSession}. */
    void expiry(Duration changed) {
        expiry = changed;
    }

    /** Remembers a QoS 2 packet until it is released (4.3.3). @return false when it is a repetition */
    boolean receiveOnce(int packetId) {
        return receivedQos2.add(packetId);
    }

    /** Whether the packet was received and is not released. */
    boolean holds(int packetId) {
        return receivedQos2.contains(packetId);
    }

    /** @return whether it was held */
    boolean release(int packetId) {
        return receivedQos2.remove(packetId);
    }

    /** Takes up what was stored; before anybody else knows the session. */
    void restore(KeptSession as, SessionRow row) {
        kept = as;
        rights.standing(row.standing());
        expiry = row.expiry();
        offlineSince = row.offlineSince();
        will = row.will();
        due = Math.min(sessionEnds(), willDue());
    }

    private void work(Object work) {
        try {
            if (work instanceof Delivery delivery) {
                take(delivery);
            } else {
                ((Runnable) work).run();
            }
        } catch (RuntimeException defect) {
            log.atError()
                    .setCause(defect)
                    .addKeyValue("identity", key.identity())
                    .log("session work failed");
        }
    }

    // ---- what is done with it

    private void take(Delivery delivery) {
        if (ended || !isMine(delivery.copy())) {
            if (!passOn(delivery, true)) {
                ledger.drop(delivery);
            }
        } else if (delivery.copy() == null || connection != null || !passOn(delivery, false)) {
            outbox.add(delivery);
        }
    }

    /** Not so when the session began anew after the message was routed. */
    private boolean isMine(@Nullable StoredCopy copy) {
        var mine = kept;
        return copy == null || copy.session() == StoredCopy.ANY || (mine != null && mine.number() == copy.session());
    }

    private void attached(ClientConnection next) {
        if (ended) {
            mailbox.leave();
            sessions.attachAgain(next);
            return;
        }
        boolean present = !next.terms().cleanStart() && !expiry.isZero();
        takeFrom(connection, present);
        if (!present) {
            publishWill();
            forget();
        }
        will = null;
        due = Long.MAX_VALUE;
        connection = next;
        rights.standing(next.standing());
        rights(next.rights());
        expiry = next.terms().sessionExpiry();
        offlineSince = Instant.MAX;
        if (kept == null && !expiry.isZero()) {
            kept = ledger.newSession();
        }
        keep(next, present);
    }

    private void takeFrom(@Nullable ClientConnection previous, boolean present) {
        if (previous != null) {
            previous.takenOver(present);
            connected = false;
            outbox.disconnect();
        }
    }

    /** A client that was told its session is kept must find it again. */
    private void keep(ClientConnection next, boolean present) {
        var mine = kept;
        if (mine == null) {
            accept(next, present);
        } else {
            var row = mine.row(new SessionRow(key, rights.standing(), expiry, Instant.MAX, next.will()));
            ledger.offer(List.of(row), next.context(), done -> withSession(next, () -> stored(next, present, done)));
        }
    }

    private void stored(ClientConnection next, boolean present, boolean done) {
        if (done) {
            accept(next, present);
            return;
        }
        next.unavailable();
        detached(next, null);
        if (!present && !ended) {
            end();
        }
    }

    private void accept(ClientConnection next, boolean present) {
        if (next.accepted(this, present)) {
            connected = true;
            outbox.connect(next);
        } else {
            detached(next, null);
        }
    }

    private void detached(ClientConnection gone, @Nullable Will delayed) {
        if (gone != connection) {
            return;
        }
        connection = null;
        connected = false;
        mailbox.leave();
        outbox.disconnect();
        will = delayed;
        offlineSince = clock.instant();
        if (expiry.isZero()) {
            end();
        } else {
            giveAway(false);
            due = Math.min(sessionEnds(), willDue());
            note();
        }
    }

    private void swept() {
        if (connection != null || ended) {
            return;
        }
        long now = clock.millis();
        if (now >= sessionEnds()) {
            end();
        } else {
            if (now >= willDue()) {
                publishWill();
                note();
            }
            due = Math.min(sessionEnds(), willDue());
        }
    }

    private void note() {
        var mine = kept;
        if (mine != null) {
            ledger.append(List.of(mine.row(new SessionRow(key, rights.standing(), expiry, offlineSince, will))));
        }
    }

    private long sessionEnds() {
        return offlineSince.plus(expiry).toEpochMilli();
    }

    private long willDue() {
        return will == null ? Long.MAX_VALUE : offlineSince.plus(will.delay()).toEpochMilli();
    }

    private void rights(TopicRights now) {
        if (rights.replace(now, subscriptions.values())) {
            sessions.tree().rightsChanged();
        }
    }

    private void publishWill() {
        var published = will;
        will = null;
        if (published != null && rights.mayPublish(published.message().topic())) {
            router.publish(published.due(clock));
        }
    }

    private void end() {
        ended = true;
        due = Long.MAX_VALUE;
        forget();
        sessions.remove(this);
        publishWill();
    }

    /** Nobody waits here for what another member of a shared subscription can have now. */
    private void giveAway(boolean over) {
        outbox.giveAway(delivery -> passOn(delivery, over));
    }

    private boolean passOn(Delivery delivery, boolean over) {
        return delivery.group() != null && delivery.group().passOn(delivery, this, over);
    }

    private void forget() {
        giveAway(true);
        var mine = kept;
        kept = null;
        if (mine != null) {
            ledger.append(mine.forgotten(subscriptions.keySet(), receivedQos2));
        }
        for (String text : subscriptions.keySet()) {
            var unused = unsubscribe(text);
        }
        receivedQos2.clear();
        outbox.clear();
    }
}
