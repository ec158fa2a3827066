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

/** Renews the configured instances by schedule: each when it is due, and again soon when that failed. */
public final class InstanceRenewalVerticle extends VerticleBase {
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Renewals renewals;
    private final Duration checkInterval;
    private final Clock clock;
    private final RandomGenerator randomness;

    /** @param checkInterval how often an instance is looked at, at the least: somebody may have changed its files */
    public InstanceRenewalVerticle(Renewals renewals, Duration checkInterval, Clock clock, RandomGenerator randomness) {
        this.renewals = renewals;
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
        renewals.renew(name, false, Renewals.ONCE).onSuccess(report -> {
            int failed = report.isFailure() ? failures + 1 : 0;
            var next = failed > 0 ? retryAt(failed) : nextLook(report);
            tell(report, next);
            wake(name, failed, next);
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
