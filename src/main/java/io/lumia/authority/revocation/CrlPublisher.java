package io.lumia.authority.revocation;

import io.lumia.lifecycle.RetrySchedule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one issuer's CRL fresh: a new one when something was revoked and well before nextUpdate. Revocations that come while one is made share the
 * next; when making one fails, the old one stays and it is tried again.
 */
final class CrlPublisher {
    private static final Logger log = LoggerFactory.getLogger(CrlPublisher.class);
    private static final RetrySchedule RETRIES = new RetrySchedule(Duration.ofSeconds(1), Duration.ofMinutes(1));
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);
    private static final Duration SHORTEST_LOOK = Duration.ofMillis(250);
    /** So that a big CRL under a storm of revocations takes a quarter of one thread at most. */
    private static final int REST = 3;

    private static final Duration LONGEST_REST = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final WorkerExecutor signers;
    private final CrlBuilder builder;
    private final @Nullable SharedCrl shared;
    private final String issuer;
    private final Duration refresh;
    private final Clock clock;
    private final RandomGenerator randomness;
    private volatile @Nullable PublishedCrl current;
    private boolean making;
    private boolean changed;
    private boolean resting;
    private boolean closed;
    private int failures;
    private long looking = -1;

    CrlPublisher(
            Vertx vertx,
            WorkerExecutor signers,
            CrlBuilder builder,
            String issuer,
            Duration refresh,
            Clock clock,
            RandomGenerator randomness) {
        this(vertx, signers, builder, null, issuer, refresh, clock, randomness);
    }

    /**
     * @param shared where all nodes' newest one is; null: this process is the only one that publishes
     * @param issuer its name, for the log
     * @param refresh age at which there is a new one anyway
     */
    CrlPublisher(
            Vertx vertx,
            WorkerExecutor signers,
            CrlBuilder builder,
            @Nullable SharedCrl shared,
            String issuer,
            Duration refresh,
            Clock clock,
            RandomGenerator randomness) {
        this.vertx = vertx;
        this.signers = signers;
        this.builder = builder;
        this.shared = shared;
        this.issuer = issuer;
        this.refresh = refresh;
        this.clock = clock;
        this.randomness = randomness;
    }

    /**
     * Serves the one of the last process while it is good, or makes one. Completes also when that fails: it is tried again.
     *
     * @param anew whether the old one is out of date in any case
     */
    Future<Void> start(boolean anew) {
        long look = Math.max(SHORTEST_LOOK.toMillis(), Math.min(LONGEST_LOOK.toMillis(), refresh.toMillis() / 4));
        looking = vertx.setPeriodic(look, tick -> look());
        return signers.executeBlocking(builder::kept, false)
                .compose(kept -> shared == null ? Future.succeededFuture(kept) : shared.newest())
                .onSuccess(kept -> kept.ifPresent(crl -> current = crl))
                .onSuccess(this::tellMissing)
                .compose(kept -> builder.signs() && (anew || isDue()) ? make() : Future.succeededFuture())
                .otherwiseEmpty();
    }

    /** The one to be served; empty while none could be made yet. */
    Optional<PublishedCrl> current() {
        return Optional.ofNullable(current);
    }

    /** The newest one of all nodes; the last that this one knows of while the database does not answer. */
    Future<Optional<PublishedCrl>> newest() {
        var have = current;
        if (shared == null || have == null) {
            return Future.succeededFuture(current());
        }
        return shared.newest(have).onSuccess(this::published).recover(this::lastKnown);
    }

    private Future<Optional<PublishedCrl>> lastKnown(Throwable silent) {
        log.atWarn()
                .addKeyValue("issuer", issuer)
                .addKeyValue("reason", silent.getMessage())
                .log("the newest CRL cannot be read; the last one known here is served");
        return Future.succeededFuture(current());
    }

    /** Another node revoked, and should have published; where it is gone, this one does. */
    void ensureLists(long writer) {
        if (shared != null) {
            var unused = shared.lists(writer).onSuccess(lists -> {
                if (!lists) {
                    changed();
                }
            });
        }
    }

    /** A certificate was revoked: there will be a new CRL soon. */
    synchronized void changed() {
        changed = true;
        makeIf(true);
    }

    synchronized void close() {
        closed = true;
        vertx.cancelTimer(looking);
    }

    /** Makes a new one if it is time. */
    void look() {
        if (builder.signs()) {
            var unused = newest().onComplete(known -> makeIfDue());
        } else {
            var unused = signers.executeBlocking(builder::kept, false).onSuccess(this::published);
        }
    }

    private void tellMissing(Optional<PublishedCrl> kept) {
        if (!builder.signs() && kept.isEmpty()) {
            log.atWarn()
                    .addKeyValue("issuer", issuer)
                    .log("there is no CRL of the root, whose key is elsewhere: put the one that is served there into"
                            + " DATA/ca/root.crl; it is looked at again and again");
        }
    }

    private synchronized void makeIfDue() {
        makeIf(isDue());
    }

    /** By another node; an answer that took long is older than what was made here meanwhile. */
    private synchronized void published(Optional<PublishedCrl> newest) {
        var have = current;
        if (newest.isPresent() && (have == null || newest.get().number().compareTo(have.number()) > 0)) {
            current = newest.get();
        }
    }

    private boolean isDue() {
        var now = current;
        return now == null || !clock.instant().isBefore(now.thisUpdate().plus(refresh));
    }

    private void makeIf(boolean wanted) {
        if (wanted && builder.signs() && !making && !resting && !closed) {
            var unused = make();
        }
    }

    private synchronized Future<Void> make() {
        making = true;
        changed = false;
        long began = System.nanoTime();
        var next = shared == null ? signers.executeBlocking(builder::build, false) : shared.publish();
        return next.onSuccess(crl -> made(crl, Duration.ofNanos(System.nanoTime() - began)))
                .onFailure(this::failed)
                .mapEmpty();
    }

    private synchronized void made(PublishedCrl crl, Duration took) {
        making = false;
        failures = 0;
        current = crl;
        log.atInfo()
                .addKeyValue("issuer", issuer)
                .addKeyValue("number", crl.number())
                .addKeyValue("entries", crl.entries())
                .addKeyValue("nextUpdate", crl.nextUpdate())
                .log("CRL published");
        var rest = took.multipliedBy(REST);
        rest(rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest);
    }

    private synchronized void failed(Throwable cause) {
        making = false;
        changed = true;
        failures++;
        var pause = RETRIES.delay(failures, randomness);
        var old = current;
        log.atError()
                .setCause(cause)
                .addKeyValue("issuer", issuer)
                .addKeyValue("nextUpdate", old == null ? "none yet" : old.nextUpdate())
                .addKeyValue("retryAt", clock.instant().plus(pause))
                .log("a new CRL cannot be made; the old one is served");
        rest(pause);
    }

    private void rest(Duration pause) {
        resting = true;
        vertx.setTimer(Math.max(1, pause.toMillis()), over -> rested());
    }

    private synchronized void rested() {
        resting = false;
        makeIf(changed);
    }
}
