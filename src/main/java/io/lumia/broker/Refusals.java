package io.lumia.broker;

import static io.lumia.bus.FleetBus.AUDITED;
import static io.lumia.bus.FleetBus.CONNECT_REFUSED;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ConnectRefused;
import io.lumia.x509.Printable;
import io.vertx.core.Vertx;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts, logs and tells every refused client: at the TLS handshake or at CONNECT. */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);
    private static final int TOLD_PER_SECOND = 50;

    private final Vertx vertx;
    private final Clock clock;
    private final BrokerCounters counters;
    private final AtomicLong second = new AtomicLong();
    private final AtomicLong toldInSecond = new AtomicLong();

    Refusals(Vertx vertx, Clock clock, BrokerCounters counters) {
        this.vertx = vertx;
        this.clock = clock;
        this.counters = counters;
    }

    /** @param identity null when no certificate told it */
    void refused(Refusal refusal, @Nullable String identity, @Nullable String clientId, String address) {
        tell(refusal.label(), refusal.advice(), identity, clientId, address);
    }

    /** A TLS handshake that came to nothing. */
    void handshakeFailed(String address, Throwable cause) {
        if (has(cause, CertificateExpiredException.class)) {
            tell("expired", "TLS handshake failed: the client certificate has expired; renew it", null, null, address);
        } else if (says(cause, "PEER_DID_NOT_RETURN_A_CERTIFICATE") || says(cause, "Empty client certificate chain")) {
            tell("no_certificate", "TLS handshake failed: " + Refusal.NO_CERTIFICATE.advice(), null, null, address);
        } else if (has(cause, CertificateException.class) || says(cause, "PKIX")) {
            var advice =
                    "TLS handshake failed: the client certificate is not from this authority; enrol the client here";
            tell("bad_certificate", advice, null, null, address);
        } else if (has(cause, ClosedChannelException.class)) {
            counters.connect("handshake_aborted");
        } else {
            counters.connect("tls_error");
            log.atDebug()
                    .addKeyValue("address", address)
                    .addKeyValue("reason", String.valueOf(cause.getMessage()))
                    .log("TLS handshake failed");
        }
    }

    private void tell(
            String label, String advice, @Nullable String identity, @Nullable String clientId, String address) {
        counters.connect(label);
        if (isFlood()) {
            return;
        }
        CONNECT_REFUSED.publish(vertx, new ConnectRefused(identity, clientId, address, label));
        var details = Map.of("reason", label, "detail", advice);
        var who = identity == null ? "unknown" : identity;
        AUDITED.publish(
                vertx,
                new Audited(clock.instant(), "device " + who, "mqtt.connect", "broker", "refused", details)
                        .from(address));
        log.atInfo()
                .addKeyValue("identity", identity == null ? "unknown" : Printable.quoted(identity))
                .addKeyValue("address", address)
                .addKeyValue("reason", label)
                .addKeyValue("detail", advice)
                .log("client refused");
    }

    /** Whoever knocks a thousand times a second must not fill the disk with log and audit; every one is counted. */
    private boolean isFlood() {
        long now = clock.instant().getEpochSecond();
        if (second.getAndSet(now) != now) {
            toldInSecond.set(0);
        }
        return toldInSecond.incrementAndGet() > TOLD_PER_SECOND;
    }

    private static boolean has(@Nullable Throwable failure, Class<? extends Throwable> type) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static boolean says(@Nullable Throwable failure, String words) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains(words)) {
                return true;
            }
        }
        return false;
    }
}
