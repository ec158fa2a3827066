package io.lumia.renewal;

import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.LISTENERS_TO_RENEW;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.ListenersToRenew;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Renewed;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.config.RenewalConfig;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the certificates of our own listeners (broker, CA, GUI) when {@link RenewalPolicy} says so. Hears from every listener what it serves,
 * and asks it to renew itself; a failure is tried again by a schedule that shortens as expiry comes near.
 */
public final class RenewalVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(RenewalVerticle.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(15);

    private final RenewalConfig config;
    private final RenewalPolicy policy;
    private final Clock clock;
    private final RandomGenerator randomness;
    private final Map<String, Watched> listeners = new HashMap<>();
    private long timer = -1;

    /** A listener's certificate and when to do something about it. */
    private record Watched(
            SerialNumber serial,
            Instant issuedAt,
            Instant notAfter,
            Instant nextTry,
            int failures,
            boolean inProgress) {
        Watched renewing() {
            return new Watched(serial, issuedAt, notAfter, nextTry, failures, true);
        }

        Watched failedUntil(Instant retryAt) {
            return new Watched(serial, issuedAt, notAfter, retryAt, failures + 1, false);
        }

        Watched dueAt(Instant now) {
            return new Watched(serial, issuedAt, notAfter, now.isBefore(nextTry) ? now : nextTry, failures, inProgress);
        }
    }

    public RenewalVerticle(RenewalConfig config, Clock clock, RandomGenerator randomness) {
        this.config = config;
        this.policy = new RenewalPolicy(config.remainingLifetime(), config.renewBefore(), config.spread());
        this.clock = clock;
        this.randomness = randomness;
    }

    @Override
    public Future<?> start() {
        return LISTENER_RELOADED
                .listen(vertx, this::watch)
                .compose(listening -> LISTENERS_TO_RENEW.listen(vertx, this::renewAll))
                .onSuccess(listening -> look());
    }

    private void watch(ListenerReloaded served) {
        if (!served.replaced()) {
            return;
        }
        if (served.source().equals("manual")) {
            listeners.remove(served.listener()); // the operator's files: the listener takes them when they change
            return;
        }
        var notAfter = served.validity().notAfter();
        if (served.source().equals("fallback")) {
            retrySoon(served, notAfter);
            return;
        }
        var due = policy(served).dueAt(served.listener(), served.serial(), served.issuedAt(), notAfter);
        listeners.put(served.listener(), new Watched(served.serial(), served.issuedAt(), notAfter, due, 0, false));
        log.atInfo()
                .addKeyValue("identity", served.listener())
                .addKeyValue("serial", served.serial())
                .addKeyValue("dueAt", due)
                .log("listener certificate will be renewed");
        wakeForNext();
    }

    /** What stands in is no reason to rest: the source is asked again by the schedule of failures. */
    private void retrySoon(ListenerReloaded served, Instant notAfter) {
        var listener = served.listener();
        var before = listeners.get(listener);
        boolean inProgress = before != null && before.inProgress;
        int failures = before == null ? 0 : before.failures;
        listeners.put(
                listener,
                new Watched(
                        served.serial(),
                        served.issuedAt(),
                        notAfter,
                        clock.instant().plus(FIRST_RETRY),
                        failures,
                        inProgress));
        wakeForNext();
    }

    /** Their issuer is left behind. One that failed keeps its schedule. */
    private void renewAll(ListenersToRenew told) {
        listeners.replaceAll(
                (listener, watched) -> watched.failures == 0 && watched.issuedAt.isBefore(told.issuedBefore())
                        ? watched.dueAt(clock.instant())
                        : watched);
        look();
    }

    private RenewalPolicy policy(ListenerReloaded served) {
        return served.renewBefore() == null
                ? policy
                : new RenewalPolicy(config.remainingLifetime(), served.renewBefore(), 0);
    }

    private void look() {
        var now = clock.instant();
        var due = listeners.entrySet().stream()
                .filter(entry -> !entry.getValue().inProgress && !now.isBefore(entry.getValue().nextTry))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .toList();
        for (var entry : due) {
            // before it is asked: where nobody answers the bus says so within the call
            listeners.put(entry.getKey(), entry.getValue().renewing());
            renew(entry.getKey(), entry.getValue());
        }
        wakeForNext();
    }

    /** One timer at a time: for the next listener that falls due, and after the check interval at the latest. */
    private void wakeForNext() {
        var now = clock.instant();
        long wait = listeners.values().stream()
                .filter(watched -> !watched.inProgress)
                .mapToLong(watched -> Duration.between(now, watched.nextTry).toMillis() + 1)
                .min()
                .orElse(Long.MAX_VALUE);
        vertx.cancelTimer(timer);
        timer = vertx.setTimer(Math.max(1, Math.min(wait, config.checkInterval().toMillis())), awake -> look());
    }

    private void renew(String listener, Watched watched) {
        var begun = clock.instant();
        FleetBus.renewListener(listener)
                .ask(vertx, new RenewListener("due"))
                .otherwise(broken -> new Kept("internal", broken.toString()))
                .onSuccess(outcome -> settle(listener, watched, begun, outcome));
    }

    private void settle(String listener, Watched watched, Instant begun, RenewListenerOutcome outcome) {
        if (outcome instanceof Renewed renewed) {
            var took = Duration.between(begun, clock.instant());
            CERTIFICATE_RENEWED.publish(
                    vertx,
                    new CertificateRenewed(listener, renewed.serial(), renewed.validity(), method(renewed), took));
            return;
        }
        var kept = (Kept) outcome;
        var retryAt = clock.instant().plus(retry(watched).delay(watched.failures + 1, randomness));
        listeners.computeIfPresent(listener, (name, current) -> current.failedUntil(retryAt));
        RENEWAL_FAILED.publish(vertx, new RenewalFailed(listener, kept.reason(), kept.detail(), retryAt));
        log.atError()
                .addKeyValue("identity", listener)
                .addKeyValue("reason", kept.reason())
                .addKeyValue("detail", kept.detail())
                .addKeyValue("notAfter", watched.notAfter)
                .addKeyValue("retryAt", retryAt)
                .log("listener certificate not renewed; the old one stays in use");
        wakeForNext();
    }

    private static String method(Renewed renewed) {
        return renewed.method().equals("acme") ? "acme" : "local";
    }

    /** Never waits longer than a tenth of what is left. */
    private RetrySchedule retry(Watched watched) {
        var tenth = Duration.between(clock.instant(), watched.notAfter).dividedBy(10);
        var longest = tenth.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : tenth;
        return new RetrySchedule(FIRST_RETRY, longest.compareTo(FIRST_RETRY) < 0 ? FIRST_RETRY : longest);
    }
}
