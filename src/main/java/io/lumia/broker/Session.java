package io.lumia.broker;

import io.lumia.access.TopicRights;
import io.lumia.access.TopicRights.Reading;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the broker keeps for one client, with or without a connection (MQTT 5, 4.1). All work goes through a mailbox that one thread at a time
 * empties: the event loop of the connection, or whoever put something in while there is none. So nothing here needs a lock, and a publisher
 * never waits for a subscriber.
 */
final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final int LONGEST_TURN = 512;
    private static final int CROWD = 4096;

    private record Attach(ClientConnection connection) {}

    private final SessionKey key;
    private final Sessions sessions;
    private final Router router;
    private final Clock clock;
    private final Queue<Object> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<Integer> receivedQos2 = ConcurrentHashMap.newKeySet();
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
    private final Outbox outbox;
    private volatile @Nullable Context home;
    private volatile boolean connected;
    private volatile long due = Long.MAX_VALUE;
    private @Nullable ClientConnection connection;
    private @Nullable Will will;
    private Duration expiry = Duration.ZERO;
    private Instant offlineSince = Instant.MAX;
    private boolean ended;
    private boolean member;
    private @Nullable TopicRights rights;
    /** Null: every subscription may be read as a whole. */
    private volatile @Nullable TopicRights reading;

    Session(SessionKey key, Sessions sessions, Router router, Outbox outbox, Clock clock) {
        this.key = key;
        this.sessions = sessions;
        this.router = router;
        this.outbox = outbox;
        this.clock = clock;
    }

    SessionKey key() {
        return key;
    }

    /** Hands a message over; it is this session's from here on. @return whether so much waits here that publishers should slow down */
    boolean deliver(Delivery delivery) {
        put(delivery);
        return waiting.get() > CROWD;
    }

    boolean isConnected() {
        return connected;
    }

    /** Gives the session to the connection, which closes the one it had. */
    void attach(ClientConnection next) {
        put(new Attach(next));
    }

    /**
     * The connection is gone; another may have taken the session already.
     *
     * @param delayed what is to be published unless the session is resumed in time; null: nothing
     */
    void detach(ClientConnection gone, @Nullable Will delayed) {
        put((Runnable) () -> detached(gone, delayed));
    }

    /** Does the work with the session's state, unless the connection has lost the session meanwhile. */
    void withSession(ClientConnection asking, Runnable work) {
        put((Runnable) () -> {
            if (asking == connection) {
                work.run();
            }
        });
    }

    /** Publishes the will and ends the session, each when its time has come. */
    void sweep(long nowMs) {
        if (nowMs >= due) {
            put((Runnable) this::swept);
        }
    }

    /** Only within {@link #withSession}. @return whether the subscription, whose text the client wrote so, is new */
    boolean subscribe(String text, Subscription subscription) {
        subscriptions.put(text, subscription);
        if (rights != null && rights.reading(subscription.filter()) != Reading.ALL) {
            reading = rights;
        }
        return sessions.tree().add(subscription);
    }

    /** Whether the client may have a message to this topic. From any thread. */
    boolean mayRead(String topic) {
        var limited = reading;
        return limited == null || limited.mayRead(topic);
    }

    /** Subscriptions stay, also those of which nothing may be read any more: another change of the rules brings them back. */
    void rulesChanged(AccessRules rules) {
        put((Runnable) () -> rights(rules.rights(key, member)));
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

    /** Only within {@link #withSession}. */
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

    /** @return whether it was held */
    boolean release(int packetId) {
        return receivedQos2.remove(packetId);
    }

    // ---- the mailbox

    private void put(Object work) {
        mailbox.add(work);
        if (waiting.getAndIncrement() == 0) {
            goOn();
        }
    }

    private void goOn() {
        var there = home;
        if (there == null || there == Vertx.currentContext()) {
            empty();
        } else {
            there.runOnContext(turn -> empty());
        }
    }

    private void empty() {
        int turns = 0;
        var here = home;
        int due = waiting.get();
        while (due > 0) {
            int done = 0;
            while (done < due && home == here && moveFor(mailbox.peek()) == here) {
                work(mailbox.remove());
                done++;
            }
            turns += done;
            int left = waiting.addAndGet(-done);
            if (left > 0 && (done < due || turns > LONGEST_TURN)) {
                elsewhere();
                return;
            }
            due = left;
        }
    }

    /** A connection is attached on its own event loop: the session moves there first. */
    private @Nullable Context moveFor(@Nullable Object next) {
        if (next instanceof Attach attach) {
            home = attach.connection.context();
        }
        return home;
    }

    private void elsewhere() {
        var there = home;
        if (there == null) {
            empty();
        } else {
            there.runOnContext(turn -> empty());
        }
    }

    private void work(Object work) {
        try {
            if (work instanceof Delivery delivery) {
                take(delivery);
            } else if (work instanceof Attach attach) {
                attached(attach.connection);
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
        if (!ended) {
            outbox.add(delivery);
        }
    }

    private void attached(ClientConnection next) {
        if (ended) {
            home = null;
            sessions.attachAgain(next);
            return;
        }
        var previous = connection;
        boolean present = !next.terms().cleanStart() && !expiry.isZero();
        if (previous != null) {
            previous.takenOver(present);
        }
        if (!present) {
            publishWill();
            forget();
        }
        will = null;
        due = Long.MAX_VALUE;
        connection = next;
        member = next.isMember();
        rights(next.rights());
        expiry = next.terms().sessionExpiry();
        offlineSince = Instant.MAX;
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
        home = null;
        outbox.disconnect();
        will = delayed;
        offlineSince = clock.instant();
        if (expiry.isZero()) {
            end();
        } else {
            giveAway();
            due = Math.min(sessionEnds(), willDue());
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
            }
            due = Math.min(sessionEnds(), willDue());
        }
    }

    private long sessionEnds() {
        return offlineSince.plus(expiry).toEpochMilli();
    }

    private long willDue() {
        return will == null ? Long.MAX_VALUE : offlineSince.plus(will.delay()).toEpochMilli();
    }

    private void rights(TopicRights now) {
        rights = now;
        var before = reading;
        boolean all = subscriptions.values().stream()
                .allMatch(subscription -> now.reading(subscription.filter()) == Reading.ALL);
        reading = all ? null : now;
        if (before != reading) {
            sessions.tree().rightsChanged();
        }
    }

    private void publishWill() {
        var published = will;
        will = null;
        if (published != null
                && (rights == null || rights.mayPublish(published.message().topic()))) {
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
    private void giveAway() {
        outbox.giveAway(delivery -> delivery.group() != null && delivery.group().passOn(delivery, this));
    }

    private void forget() {
        giveAway();
        for (String text : subscriptions.keySet()) {
            var unused = unsubscribe(text);
        }
        receivedQos2.clear();
        outbox.clear();
    }
}
