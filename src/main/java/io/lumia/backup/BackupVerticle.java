package io.lumia.backup;

import static io.lumia.bus.FleetBus.BACKUP_ENDED;

import io.lumia.backup.Backup.Made;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.BackupEnded;
import io.lumia.lifecycle.RetrySchedule;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and verifies a backup every so often, counted from the newest one there is; a failed one is tried again soon. */
public final class BackupVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(BackupVerticle.class);
    private static final RetrySchedule RETRY = new RetrySchedule(Duration.ofMinutes(1), Duration.ofHours(1));
    private static final Duration LONGEST_SLEEP = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Job job;
    private final Duration every;
    private final Clock clock;
    private final RandomGenerator randomness;
    private @Nullable WorkerExecutor worker;
    private int failures;
    private Instant next = Instant.MIN;

    /** The work itself. Each blocks. */
    public interface Job {
        /** When the newest backup was made; null: there is none. */
        @Nullable
        Instant newest() throws Exception;

        Made make() throws Exception;

        void verify(Path file) throws Exception;
    }

    public BackupVerticle(Job job, Duration every, Clock clock, RandomGenerator randomness) {
        this.job = job;
        this.every = every;
        this.clock = clock;
        this.randomness = randomness;
    }

    @Override
    public Future<?> start() {
        worker = vertx.createSharedWorkerExecutor("lumia-backup", 1, LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        return run(job::newest).onSuccess(newest -> {
            next = newest == null ? clock.instant() : newest.plus(every);
            sleep();
        });
    }

    @Override
    public Future<?> stop() {
        return Objects.requireNonNull(worker).close();
    }

    /** By the wall clock: a host may sleep, and its clock may be set. */
    private void sleep() {
        long wait = Math.min(
                LONGEST_SLEEP.toMillis(),
                Duration.between(clock.instant(), next).toMillis());
        var unused = vertx.setTimer(Math.max(1, wait), awake -> {
            if (clock.instant().isBefore(next)) {
                sleep();
            } else {
                back();
            }
        });
    }

    private void back() {
        var begun = clock.instant();
        run(() -> {
                    var made = job.make();
                    job.verify(made.file());
                    return made;
                })
                .onSuccess(made -> succeeded(made, begun))
                .onFailure(this::failed)
                .onComplete(ended -> sleep());
    }

    private void succeeded(Made made, Instant begun) {
        failures = 0;
        next = begun.plus(every);
        BACKUP_ENDED.publish(vertx, new BackupEnded("done", made.bytes()));
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        clock.instant(),
                        "lumia",
                        "backup.make",
                        made.file().getFileName().toString(),
                        "ok",
                        Map.of("bytes", Long.toString(made.bytes()))));
        log.atInfo()
                .addKeyValue("file", made.file())
                .addKeyValue("bytes", made.bytes())
                .addKeyValue("took", Duration.between(begun, clock.instant()))
                .addKeyValue("deleted", made.deleted().size())
                .log("backup made and verified");
    }

    private void failed(Throwable reason) {
        failures++;
        next = clock.instant().plus(RETRY.delay(failures, randomness));
        BACKUP_ENDED.publish(vertx, new BackupEnded("failed", 0));
        log.atError()
                .addKeyValue("reason", reason.getMessage())
                .addKeyValue("retryAt", next)
                .log("backup failed");
    }

    private <T> Future<T> run(java.util.concurrent.Callable<T> work) {
        return Objects.requireNonNull(worker).executeBlocking(work, false);
    }
}
