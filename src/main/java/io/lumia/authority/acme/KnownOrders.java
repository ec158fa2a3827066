package io.lumia.authority.acme;

import io.lumia.store.Store;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Orders that were made or read lately, with their authorizations: each certificate takes half a dozen looks at one. A change takes the order out
 * until it is read again; the least recently used ones give way. Where other nodes change them too, nothing is remembered.
 */
final class KnownOrders {
    private static final int MOST = 4_000;
    /** An authorization and its three challenges; what is forgotten is looked for in the store. */
    private static final int PARTS = 4;

    private final Store store;
    private final Clock clock;
    private final boolean remembers;
    private final Map<String, Order> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Order> eldest) {
            return size() > MOST;
        }
    };
    /** Ids of authorizations and challenges, and of the order that they are part of. */
    private final Map<String, String> parts = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST * PARTS;
        }
    };
    /** When each order changed last, by the count of changes. */
    private final Map<String, Long> changed = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST;
        }
    };

    private long changes;

    KnownOrders(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.remembers = !store.isShared();
    }

    Future<Optional<Order>> find(String id) {
        var known = known(id);
        return known.isPresent() ? Future.succeededFuture(known) : read(handle -> OrderRows.find(handle, id));
    }

    Future<Optional<Authorization>> authorization(String id) {
        return partOf(
                        id,
                        handle -> AuthorizationRows.find(handle, id)
                                .flatMap(found -> OrderRows.find(handle, found.order())))
                .map(order -> order.flatMap(whole -> whole.authorizations().stream()
                        .filter(authorization -> authorization.id().equals(id))
                        .findFirst()));
    }

    Future<Optional<Authorization>> ofChallenge(String id) {
        return partOf(
                        id,
                        handle -> AuthorizationRows.ofChallenge(handle, id)
                                .flatMap(found -> OrderRows.find(handle, found.order())))
                .map(order -> order.flatMap(whole -> whole.authorizations().stream()
                        .filter(authorization -> authorization.challenges().stream()
                                .anyMatch(challenge -> challenge.id().equals(id)))
                        .findFirst()));
    }

    /** Keeps an order that was just stored for the first time. */
    synchronized void made(Order order) {
        keep(order);
    }

    /** What the write answers, once the order is forgotten as it was before. */
    <T> Future<T> change(String order, Future<T> write) {
        return write.onComplete(done -> forget(order));
    }

    /** What expired is deleted some time, so it is looked for in the store. */
    private synchronized Optional<Order> known(String id) {
        return Optional.ofNullable(recent.get(id))
                .filter(order -> order.expires().isAfter(clock.instant()));
    }

    private Future<Optional<Order>> partOf(String part, Function<Handle, Optional<Order>> reading) {
        var order = orderOf(part);
        return order.isPresent() ? find(order.get()) : read(reading);
    }

    private synchronized Optional<String> orderOf(String part) {
        return Optional.ofNullable(parts.get(part));
    }

    private Future<Optional<Order>> read(Function<Handle, Optional<Order>> reading) {
        long before = changes();
        return store.read(reading).onSuccess(found -> found.ifPresent(order -> learn(order, before)));
    }

    private synchronized long changes() {
        return changes;
    }

    /** What was read while it changed may be old; so many changes meanwhile that they were forgotten count as one of it. */
    private synchronized void learn(Order order, long before) {
        if (changes - before < MOST && changed.getOrDefault(order.id(), 0L) <= before) {
            keep(order);
        }
    }

    private void keep(Order order) {
        if (!remembers) {
            return;
        }
        recent.put(order.id(), order);
        for (Authorization authorization : order.authorizations()) {
            parts.put(authorization.id(), order.id());
            authorization.challenges().forEach(challenge -> parts.put(challenge.id(), order.id()));
        }
    }

    private synchronized void forget(String id) {
        // put back at the end: the eldest one is the first to be forgotten
        changed.remove(id);
        changed.put(id, ++changes);
        // its parts stay known: they never move to another order
        recent.remove(id);
    }
}
