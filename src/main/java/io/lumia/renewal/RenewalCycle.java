package io.lumia.renewal;

import io.lumia.config.Durations;
import io.lumia.crypto.DurableFiles;
import io.lumia.issuance.CertificateSource.Delivery;
import io.lumia.issuance.CertificateWish;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.lifecycle.ExpiryLevel;
import io.lumia.lifecycle.RenewalRun;
import io.lumia.lifecycle.RenewalStep;
import io.lumia.lifecycle.StepReport;
import io.lumia.renewal.target.Installation;
import io.lumia.renewal.target.Snapshot;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One renewal of one instance: takes the steps that {@link RenewalRun} names, one after the other. */
final class RenewalCycle {
    private static final Logger log = LoggerFactory.getLogger(RenewalCycle.class);
    /** RW-MON. */
    private static final Duration WARNING = Duration.ofDays(7);

    private static final Duration CRITICAL = Duration.ofDays(3);

    private final RenewalInstance instance;
    private final WorkerExecutor workers;
    private final Clock clock;
    private final boolean force;
    private final Instant begun;
    private RenewalRun run = RenewalRun.NEW;

    private @Nullable TlsMaterial before;
    private @Nullable Path backup;
    private @Nullable NewCertificate fresh;

    /** @param force whether it is renewed although it is not due */
    RenewalCycle(RenewalInstance instance, WorkerExecutor workers, Clock clock, boolean force) {
        this.instance = instance;
        this.workers = workers;
        this.clock = clock;
        this.force = force;
        this.begun = clock.instant();
    }

    /** Completes when the run has ended, well or not. */
    Future<RenewalReport> run() {
        var next = run.next();
        if (next.isEmpty()) {
            return Future.succeededFuture(report());
        }
        return taken(next.get()).compose(report -> {
            run = run.and(report);
            tell(report);
            return run();
        });
    }

    private Future<StepReport> taken(RenewalStep step) {
        long start = System.nanoTime();
        return Future.succeededFuture()
                .compose(begin -> take(step))
                .map(done -> new StepReport(step, done.result, since(start), done.detail, done.reason))
                .recover(failed -> Future.succeededFuture(
                        StepReport.failed(step, since(start), Sentences.of(failed), reason(step, failed))));
    }

    /** What a step has to say when it did not fail. */
    private record Done(StepReport.Result result, String detail, String reason) {
        static Done of(String detail) {
            return new Done(StepReport.Result.DONE, detail, "");
        }

        static Done without(StepReport.Result result, String detail) {
            return new Done(result, detail, "");
        }
    }

    private Future<Done> take(RenewalStep step) {
        return switch (step) {
            case HEALTH ->
                instance.source().health().map(well -> Done.of(instance.source().method() + " answers"));
            case EXPIRY -> instance.target().current().compose(this::judge);
            case BACKUP -> instance.target().snapshot().compose(this::backUp);
            case ORDER -> instance.source().deliver(wish()).compose(this::delivered);
            case VALIDATION ->
                workers.executeBlocking(() -> Done.of(fresh().check(instance, before, clock.instant())), false);
            case INSTALLATION ->
                begin().compose(begun -> instance.target().install(installation()))
                        .map(Done.of("in place"));
            case RELOAD -> instance.target().reload().map(Done::of);
            case TEST -> test();
            case CLEANUP -> workers.executeBlocking(this::cleanUp, false);
            case RESTORATION -> restore();
        };
    }

    private Future<Done> judge(Optional<TlsMaterial> current) {
        before = current.orElse(null);
        if (instance.config().fallback().selfSigned()
                && StandIn.mayReplace(before, instance.trust(), clock.instant())) {
            run = run.withLastResort();
        }
        return workers.executeBlocking(() -> Files.exists(instance.unfinished()), false)
                .map(unfinished -> before == null ? Done.of("nothing usable is installed") : judge(before, unfinished));
    }

    private Done judge(TlsMaterial current, boolean unfinished) {
        var left = Duration.between(clock.instant(), notAfter(current));
        var rest = left.isNegative()
                ? "expired " + text(left.negated()) + " ago"
                : text(left) + " left, " + level().label();
        if (unfinished) {
            return Done.of("the last run was interrupted, so another certificate may be served: " + rest);
        }
        if (StandIn.is(current, instance.trust())) {
            return Done.of("due: a self-signed one stands in, " + rest);
        }
        if (!clock.instant().isBefore(dueAt(current))) {
            return Done.of("due: " + rest);
        }
        return force
                ? Done.of("not due, but forced: " + rest)
                : Done.without(StepReport.Result.NOT_DUE, "not due before " + dueAt(current) + ": " + rest);
    }

    private Future<Done> backUp(Snapshot snapshot) {
        return workers.executeBlocking(() -> instance.backups().write(snapshot, clock.instant()), false)
                .recover(failed -> Future.failedFuture(new StepFailed(
                        "cannot write a backup below " + instance.backups().directory() + ": " + Sentences.of(failed)
                                + "; nothing was changed",
                        failed)))
                .map(written -> {
                    backup = written;
                    return Done.of(snapshot.texts().isEmpty() ? "nothing was installed" : written.toString());
                });
    }

    private CertificateWish wish() {
        var config = instance.config();
        // a CA knows nothing of a certificate that nobody vouches for
        var current = StandIn.is(before, instance.trust()) ? null : before;
        return new CertificateWish(config.commonName(), config.sans(), config.keyType(), current);
    }

    private Future<Done> delivered(Delivery delivery) {
        var failure = delivery.failure();
        if (failure != null && before != null && StandIn.stays(before, instance.trust(), clock.instant())) {
            return Future.failedFuture(StandIn.stays(before, failure));
        }
        fresh = NewCertificate.of(delivery, instance);
        return Future.succeededFuture(
                failure == null
                        ? Done.of(delivery.method() + " (" + delivery.issuer() + ") issued "
                                + SerialNumber.of(delivery.material().leaf()) + " until "
                                + notAfter(delivery.material()))
                        : new Done(
                                StepReport.Result.FELL_BACK,
                                StandIn.sentence(delivery, failure),
                                failure.reason().label()));
    }

    /** From here on what is installed and what is served may differ, also when this process is killed. */
    private Future<?> begin() {
        return workers.executeBlocking(
                () -> {
                    DurableFiles.writePublic(instance.unfinished(), clock.instant() + "\n");
                    return true;
                },
                false);
    }

    private Future<Done> ended(Done done) {
        return workers.executeBlocking(
                () -> {
                    Files.deleteIfExists(instance.unfinished());
                    return done;
                },
                false);
    }

    private Installation installation() {
        return new Installation(fresh().material(), instance.trust().roots());
    }

    private Future<Done> test() {
        var test = instance.test();
        if (test == null) {
            return Future.succeededFuture(
                    Done.without(StepReport.Result.SKIPPED, "no test.address: nothing proves what is served"));
        }
        var trust = fresh().trust();
        var shown = test.shows(fresh().material().leaf(), trust, instance.client());
        return instance.config().test().speaksMqtt()
                ? shown.compose(
                        tls -> test.passesMessage(trust, instance.client()).map(mqtt -> Done.of(tls + "; " + mqtt)))
                : shown.map(Done::of);
    }

    private Done cleanUp() throws IOException {
        Files.deleteIfExists(instance.unfinished());
        return Done.of("backups kept: " + instance.backups().prune());
    }

    /** By what the backup holds on disk; where nothing was changed yet, the server is left alone. */
    private Future<Done> restore() {
        return workers.executeBlocking(() -> instance.backups().read(Objects.requireNonNull(backup)), false)
                .compose(kept -> instance.target()
                        .snapshot()
                        .compose(now -> now.equals(kept)
                                ? Future.succeededFuture(Done.of("nothing had been changed"))
                                : instance.target().restore(kept).compose(restored -> reloadRestored())))
                .compose(this::ended);
    }

    /** A server that did not take the new certificate may not take the order to reload either: what counts is what it shows. */
    private Future<Done> reloadRestored() {
        var reloaded = instance.target().reload();
        var test = instance.test();
        var known = before;
        if (test == null || known == null) {
            return reloaded.map(how -> Done.of("restored from " + backup + ", " + how));
        }
        return reloaded.otherwise(failed -> "the reload failed again")
                .compose(how -> test.shows(known.leaf(), StandIn.trust(known, instance.trust()), instance.client())
                        .map(shown -> Done.of("restored from " + backup + ", " + how + "; " + shown + " from before")));
    }

    private RenewalReport report() {
        var outcome = run.outcome(level());
        var served = switch (outcome) {
            case RENEWED, SELF_SIGNED -> fresh().material();
            case NOT_DUE, KEPT, CRITICAL, BUSY -> before;
        };
        var delivery = fresh == null ? null : fresh.delivery();
        return new RenewalReport(
                instance.name(),
                instance.target().type(),
                delivery == null ? instance.source().method() : delivery.method(),
                delivery == null ? instance.source().issuer() : delivery.issuer(),
                outcome,
                run.failure().map(StepReport::detail).orElse(""),
                run.failure().map(StepReport::reason).orElse(""),
                begun,
                Duration.between(begun, clock.instant()),
                run.steps(),
                served == null
                        ? null
                        : new RenewalReport.Served(SerialNumber.of(served.leaf()), Validity.of(served.leaf())),
                served == null ? null : dueAt(served),
                backup);
    }

    private void tell(StepReport report) {
        boolean bad = report.isFailure() || report.result() == StepReport.Result.FELL_BACK;
        var line = bad ? log.atError() : log.atInfo();
        line.addKeyValue("instance", instance.name())
                .addKeyValue("step", report.step().label())
                .addKeyValue("outcome", report.result().label())
                .addKeyValue("took", report.took().toMillis() + " ms")
                .addKeyValue("detail", report.detail())
                .log(bad ? "renewal step failed" : "renewal step taken");
    }

    private static String reason(RenewalStep step, Throwable failed) {
        if (failed instanceof IssuanceFailed issuance) {
            return issuance.reason().label();
        }
        return switch (step) {
            case HEALTH, EXPIRY, ORDER, CLEANUP -> IssuanceFailed.Reason.INTERNAL.label();
            case VALIDATION -> IssuanceFailed.Reason.INVALID_CERTIFICATE.label();
            case BACKUP, INSTALLATION, RELOAD, TEST, RESTORATION -> step.label();
        };
    }

    /** Of what was in use when the run began. */
    private ExpiryLevel level() {
        return before == null
                ? ExpiryLevel.EXPIRED
                : ExpiryLevel.at(
                        clock.instant(), before.leaf().getNotBefore().toInstant(), notAfter(before), WARNING, CRITICAL);
    }

    private Instant dueAt(TlsMaterial material) {
        if (StandIn.is(material, instance.trust())) {
            return material.leaf().getNotBefore().toInstant();
        }
        return instance.policy().latest(material.leaf().getNotBefore().toInstant(), notAfter(material));
    }

    private NewCertificate fresh() {
        return Objects.requireNonNull(fresh, "steps behind the order have a certificate");
    }

    private static Instant notAfter(TlsMaterial material) {
        return material.leaf().getNotAfter().toInstant();
    }

    private static String text(Duration duration) {
        return Durations.text(Duration.ofSeconds(duration.toSeconds()));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
