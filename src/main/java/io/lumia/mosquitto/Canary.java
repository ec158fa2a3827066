package io.lumia.mosquitto;

import io.lumia.agent.Agent;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a revocation list is in force: a certificate of our own is revoked beside the one that matters, and must not get in any more.
 * Nobody has the other one's key, and Mosquitto does not tell which list it goes by. For one event loop.
 */
final class Canary {
    private static final Duration PAUSE = Duration.ofMillis(25);
    /** No answer is no refusal. */
    private static final Duration ONE_PROBE = Duration.ofSeconds(5);

    private static final Duration LEAST_LEFT = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Agent agent;
    private final Clock clock;
    private final Set<SerialNumber> own = new HashSet<>();
    private @Nullable TlsMaterial ready;

    Canary(Vertx vertx, Agent agent, Clock clock) {
        this.vertx = vertx;
        this.agent = agent;
        this.clock = clock;
    }

    /** Whether this serial was revoked for a proof alone. */
    boolean isOwn(SerialNumber serial) {
        return own.contains(serial);
    }

    /** Obtains the next one ahead, so that a revocation need not wait for it. */
    Future<TlsMaterial> prepare() {
        var at = ready;
        if (at != null
                && at.leaf().getNotAfter().toInstant().isAfter(clock.instant().plus(LEAST_LEFT))) {
            return Future.succeededFuture(at);
        }
        // before the agent has begun it cannot order, which is a failure like others
        return Future.succeededFuture().compose(begun -> agent.spare()).onSuccess(fresh -> ready = fresh);
    }

    /** Revokes one, which the next list of the CA must have. */
    Future<TlsMaterial> sacrifice() {
        return prepare().compose(canary -> {
            ready = null;
            var serial = SerialNumber.of(canary.leaf());
            own.add(serial);
            return FleetBus.REVOKE_CERTIFICATE
                    .ask(vertx, new RevokeCertificate(serial, RevocationReason.SUPERSEDED, "proof of a revocation"))
                    .compose(outcome -> outcome instanceof RevokeOutcome.Unknown
                            ? notYetKnown(canary)
                            : Future.succeededFuture(canary));
        });
    }

    /** It is good for the next try. */
    private Future<TlsMaterial> notYetKnown(TlsMaterial canary) {
        ready = canary;
        return Future.failedFuture("the CA does not know the certificate that was to be revoked as a proof");
    }

    /** Completes when the broker turns the sacrificed one away; fails when that does not come in time. */
    Future<Void> refused(TlsMaterial sacrificed, Duration patience) {
        return turnedAway(sacrificed, System.nanoTime() + patience.toNanos());
    }

    /** Completes when a good one still gets in. */
    Future<Void> accepted() {
        return prepare().compose(agent::probe);
    }

    private Future<Void> turnedAway(TlsMaterial sacrificed, long deadline) {
        return agent.probe(sacrificed)
                .timeout(ONE_PROBE.toMillis(), TimeUnit.MILLISECONDS)
                .transform(probed -> {
                    if (probed.failed() && !(probed.cause() instanceof TimeoutException)) {
                        return Future.succeededFuture();
                    }
                    if (System.nanoTime() - deadline > 0) {
                        return Future.failedFuture(
                                "Mosquitto still lets a revoked certificate in: it does not go by the new revocation list");
                    }
                    return vertx.timer(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                            .compose(waited -> turnedAway(sacrificed, deadline));
                });
    }
}
