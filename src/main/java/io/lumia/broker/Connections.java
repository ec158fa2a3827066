package io.lumia.broker;

import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Every accepted connection by the serial of its certificate, and the serials revoked a short while ago. */
final class Connections {
    /** Longer than a CONNECT can wait for the authority's answer, which may be from before the revocation. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final Map<SerialNumber, Set<ClientConnection>> bySerial = new ConcurrentHashMap<>();
    private final Map<SerialNumber, Instant> revoked = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int most;

    Connections(int most) {
        this.most = most;
    }

    /** Takes one of the places. @return false when none is free */
    boolean reserve() {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    void release() {
        count.decrementAndGet();
    }

    /** @return false when the serial was revoked meanwhile: the connection must not be accepted */
    boolean add(ClientConnection connection) {
        bySerial.compute(connection.serial(), (serial, known) -> {
            Set<ClientConnection> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            all.add(connection);
            return all;
        });
        return !revoked.containsKey(connection.serial());
    }

    void remove(ClientConnection connection) {
        bySerial.computeIfPresent(connection.serial(), (serial, all) -> {
            all.remove(connection);
            return all.isEmpty() ? null : all;
        });
    }

    /** Of all that are connected. */
    Set<SerialNumber> serials() {
        return Set.copyOf(bySerial.keySet());
    }

    /** Those with this certificate. */
    Set<ClientConnection> of(SerialNumber serial) {
        return bySerial.getOrDefault(serial, Set.of());
    }

    /** Of every certificate with several connections, all of them. */
    void eachShared(Consumer<List<ClientConnection>> action) {
        for (Set<ClientConnection> all : bySerial.values()) {
            if (all.size() > 1) {
                action.accept(List.copyOf(all));
            }
        }
    }

    void each(Consumer<ClientConnection> action) {
        bySerial.values().forEach(all -> all.forEach(action));
    }

    /** Closes every connection of the serial and keeps those out that are being made. @return completes when none is left */
    Future<Void> revoke(SerialNumber serial, Instant now) {
        revoked.put(serial, now);
        var closing = List.copyOf(bySerial.getOrDefault(serial, Set.of())).stream()
                .map(connection -> connection.close(CloseReason.REVOKED))
                .toList();
        return Future.join(closing).mapEmpty();
    }

    void forgetRevocationsBefore(Instant now) {
        revoked.values().removeIf(at -> at.plus(REMEMBERED).isBefore(now));
    }

    int count() {
        return count.get();
    }
}
