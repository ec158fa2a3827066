package io.lumia.renewal;

import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.INSTANCE_LOOKED_AT;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;

import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.InstanceLookedAt;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.lifecycle.RenewalRun.Outcome;
import io.lumia.lifecycle.RetrySchedule;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the configured instances by schedule: each when it is due, and again soon when that failed. */
public final class InstanceRenewalVerticle extends VerticleBase {
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** No renewal takes longer; a node that dies leaves its turn so long after it would have looked again. */
    private static final Duration AT_WORK = Duration.ofMinutes(15);

    /** How often a node whose turn it is not asks again. */
    private static final Duration WAITING = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(InstanceRenewalVerticle.class);

    private final Renewals renewals;
    private final RenewalTurn turn;
    private final Duration checkInterval;
    private final Clock clock;
    private final RandomGenerator randomness;

    /**
     * @param turn when an instance is renewed here
     * @param checkInterval how often an instance is looked at, at the least: somebody may have changed its files
     */
    public InstanceRenewalVerticle(
            Renewals renewals, RenewalTurn turn, Duration checkInterval, Clock clock, RandomGenerator randomness) {
        this.renewals = renewals;
        this.turn = turn;
        this.checkInterval = checkInterval;
        this.clock = clock;
        this.randomness = randomness;
    }

    @Override
    public Future<?> start() {
        renewals.names().forEach(name -> look(name, 0));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        renewals.close();
        return Future.succeededFuture();
    }

    private void look(String name, int failures) {
        turn.take(name, AT_WORK)
                .onSuccess(mine -> {
                    if (mine) {
                        renew(name, failures);
                    } else {
                        wake(name, 0, clock.instant().plus(WAITING));
                    }
                })
                .onFailure(silent -> {
                    log.atWarn()
                            .addKeyValue("instance", name)
                            .addKeyValue("reason", silent.getMessage())
                            .log("which node renews this instance cannot be told, so it is asked again");
                    wake(name, failures, clock.instant().plus(WAITING));
                });
    }

    private void renew(String name, int failures) {
        renewals.renew(name, false, Renewals.ONCE).onSuccess(report -> {
            int failed = report.isFailure() ? failures + 1 : 0;
            var next = failed > 0 ? retryAt(failed) : nextLook(report);
            tell(report, next);
            var kept = turn.take(name, Duration.between(clock.instant(), next).plus(AT_WORK));
            kept.onComplete(done -> wake(name, failed, next));
        });
    }

    private void wake(String name, int failures, Instant at) {
        var wait = Duration.between(clock.instant(), at);
        var unused = vertx.setTimer(Math.max(SHORTEST.toMillis(), wait.toMillis()), awake -> look(name, failures));
    }

    private Instant retryAt(int failures) {
        var longest = checkInterval.compareTo(FIRST_RETRY) > 0 ? checkInterval : FIRST_RETRY;
        return clock.instant().plus(new RetrySchedule(FIRST_RETRY, longest).delay(failures, randomness));
    }

    private Instant nextLook(RenewalReport report) {
        var latest = clock.instant().plus(checkInterval);
        var due = report.dueAt();
        return due != null && due.isBefore(latest) ? due : latest;
    }

    private void tell(RenewalReport report, Instant next) {
        var served = report.served();
        if (served != null) {
            INSTANCE_LOOKED_AT.publish(vertx, new InstanceLookedAt(report.instance(), served.validity()));
        }
        if (report.outcome() == Outcome.RENEWED && served != null) {
            CERTIFICATE_RENEWED.publish(
                    vertx,
                    new CertificateRenewed(
                            report.instance(), served.serial(), served.validity(), report.method(), report.took()));
        } else if (report.isFailure()) {
            RENEWAL_FAILED.publish(
                    vertx, new RenewalFailed(report.instance(), report.reason(), report.problem(), next));
        }
    }
}
