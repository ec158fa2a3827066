package io.lumia.broker;

import static io.lumia.bus.FleetBus.AUDITED;
import static io.lumia.bus.FleetBus.CERTIFICATE_SHARED;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateShared;
import io.lumia.config.BrokerConfig.SharedCertificate;
import io.lumia.x509.Printable;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds certificates that two clients use at once, so that one of them has a copy. Two things show it: connections with different client ids
 * from different addresses that are both heard of, and clients at different addresses that take one session over from each other again and
 * again. A device that changes its network does neither: its old connection says nothing any more. Nor does a swap: the new certificate has
 * another serial. Safe for use by several threads.
 */
final class SharedCertificates {
    private static final Logger log = LoggerFactory.getLogger(SharedCertificates.class);
    /** To another network, back, and there again: more than that within the time is two clients. */
    private static final int TAKE_OVERS = 4;

    private static final Duration WITHIN = Duration.ofMinutes(1);
    /** What goes on is told again. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final Clock clock;
    private final SharedCertificate action;
    private final Map<SerialNumber, Instant> known = new HashMap<>();
    private final Map<SerialNumber, Deque<Instant>> takeOvers = new HashMap<>();

    SharedCertificates(Vertx vertx, Clock clock, SharedCertificate action) {
        this.vertx = vertx;
        this.clock = clock;
        this.action = action;
    }

    /** A client is about to get its session. @return why it must not; null: it may */
    @Nullable
    Refusal arrives(ClientConnection arriving, Connections connections) {
        if (action == SharedCertificate.ALLOW) {
            return null;
        }
        var elsewhere = connections.of(arriving.serial()).stream()
                .filter(other -> !other.address().equals(arriving.address()))
                .toList();
        elsewhere.stream()
                .filter(other -> other.key().equals(arriving.key()))
                .findFirst()
                .ifPresent(previous -> tookOver(previous, arriving));
        boolean copied = !elsewhere.isEmpty() && isKnown(arriving.serial());
        return copied && refuses() ? Refusal.CERTIFICATE_SHARED : null;
    }

    /** Looks at all certificates that have several connections; to be called about once a second. */
    void look(Connections connections) {
        if (action != SharedCertificate.ALLOW) {
            connections.eachShared(this::compare);
            forget();
        }
    }

    private void compare(List<ClientConnection> all) {
        for (ClientConnection first : all) {
            for (ClientConnection later : all) {
                if (!first.address().equals(later.address())
                        && !first.key().equals(later.key())
                        && first.outlived(later)) {
                    found(first, later);
                    if (refuses()) {
                        var unused = later.close(CloseReason.CERTIFICATE_SHARED);
                    }
                }
            }
        }
    }

    private synchronized void tookOver(ClientConnection before, ClientConnection now) {
        var times = takeOvers.computeIfAbsent(now.serial(), first -> new ArrayDeque<>());
        times.addLast(clock.instant());
        times.removeIf(at -> at.isBefore(clock.instant().minus(WITHIN)));
        if (times.size() >= TAKE_OVERS) {
            found(before, now);
        }
    }

    private synchronized void found(ClientConnection first, ClientConnection later) {
        forget();
        var now = clock.instant();
        if (known.putIfAbsent(first.serial(), now) == null) {
            tell(first, later, refuses() ? "refused" : "warned", now);
        }
    }

    private void tell(ClientConnection first, ClientConnection later, String outcome, Instant now) {
        var identity = first.key().identity();
        var addresses = List.of(first.address(), later.address());
        var clientIds = List.of(first.key().clientId(), later.key().clientId());
        CERTIFICATE_SHARED.publish(
                vertx, new CertificateShared(identity, first.serial(), addresses, clientIds, outcome));
        var details = Map.of("addresses", String.join(" ", addresses), "identity", identity);
        AUDITED.publish(
                vertx,
                new Audited(
                        now,
                        "device " + identity,
                        "certificate.shared",
                        first.serial().toString(),
                        outcome,
                        details));
        log.atWarn()
                .addKeyValue("identity", Printable.quoted(identity))
                .addKeyValue("serial", first.serial())
                .addKeyValue("addresses", addresses)
                .addKeyValue("clientIds", Printable.quoted(String.join(" ", clientIds)))
                .addKeyValue("outcome", outcome)
                .log("one certificate is used by two clients at once: one of them has a copy; revoke it");
    }

    private synchronized boolean isKnown(SerialNumber serial) {
        return known.containsKey(serial);
    }

    private synchronized void forget() {
        var now = clock.instant();
        known.values().removeIf(at -> at.isBefore(now.minus(FORGOTTEN)));
        takeOvers.values().removeIf(times -> times.getLast().isBefore(now.minus(WITHIN)));
    }

    private boolean refuses() {
        return action == SharedCertificate.REFUSE;
    }
}
