package io.lumia.authority;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.CaRotationMoved;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.ListenersToRenew;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.bus.FleetBus.StartRotation;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.bus.NodeId;
import io.lumia.lifecycle.CaRotation;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Phase;
import io.lumia.store.CaRotations.Rotation;
import io.lumia.store.Store;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads rotations of root and intermediate: what the operators ask for, and what goes on by itself. Each step is one row in the database, which all
 * nodes follow; a process that is killed at any moment goes on from there.
 */
final class CaRotationDesk {
    private static final Logger log = LoggerFactory.getLogger(CaRotationDesk.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);
    /** A big fleet drains at no more than so many devices a second, a small one not slower than this. */
    private static final double SLOWEST = 0.2;

    private static final double FASTEST = 200;
    /** Of the devices that were told and did not renew: then the telling stops, and they renew when they usually would. */
    private static final double MOST_FAILED = 0.2;
    /** Counting a big fleet takes a while: it takes a tenth of one reader's time at most. */
    private static final int REST = 9;

    private final Vertx vertx;
    private final Store store;
    private final CaKeeper keeper;
    private final WorkerExecutor signers;
    private final CaRotationView view;
    private final Duration drainTime;
    private final Clock clock;
    private final Function<CaState, Future<?>> preparing;
    private final Consumer<CaState> using;
    private volatile CaState state;
    private volatile @Nullable Rotation applied;
    private Instant heartbeat = Instant.MIN;
    private Instant reminder = Instant.MIN;
    private long notBefore;
    private Future<Void> following = Future.succeededFuture();
    private boolean looking;
    private long timer = -1;

    /**
     * @param state as it was opened
     * @param applied the rotation by which it was; null: there was none
     * @param preparing completes when CRLs and OCSP answers of another state are at hand
     * @param drainTime in which connected devices are told to renew
     * @param using is given another state, which signs from then on
     */
    CaRotationDesk(
            Vertx vertx,
            Store store,
            CaKeeper keeper,
            WorkerExecutor signers,
            CaState state,
            @Nullable Rotation applied,
            Function<CaState, Future<?>> preparing,
            Consumer<CaState> using,
            Duration drainTime,
            Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.keeper = keeper;
        this.signers = signers;
        this.state = state;
        this.applied = applied;
        this.preparing = preparing;
        this.using = using;
        this.drainTime = drainTime;
        this.view = new CaRotationView(store, clock);
        this.clock = clock;
    }

    /** As it is now. */
    CaState state() {
        return state;
    }

    /** Since when the holder of this certificate is to renew; empty: it is not of an issuer that is left behind. */
    Optional<Instant> draining(CertificateRecord certificate) {
        var rotation = applied;
        var switched = rotation == null ? null : rotation.switchedAt();
        return rotation != null
                        && switched != null
                        && rotation.phase().drains()
                        && certificate.issuedAt().isBefore(switched)
                ? Optional.of(rotation.since())
                : Optional.empty();
    }

    Future<?> serve() {
        timer = vertx.setPeriodic(LOOK.toMillis(), tick -> {
            var unused = look();
        });
        return Future.all(
                FleetBus.DESCRIBE_CA_ROTATION.serve(vertx, asked -> describe()),
                FleetBus.START_CA_ROTATION.serve(vertx, this::start),
                FleetBus.CHANGE_CA_ROTATION.serve(vertx, this::change),
                FleetBus.CA_ROTATION_MOVED.listen(vertx, moved -> {
                    var unused = follow();
                }));
    }

    void close() {
        vertx.cancelTimer(timer);
    }

    private Future<CaRotationStatus> describe() {
        return store.caRotations()
                .latest()
                .compose(latest -> latest.map(this::describe)
                        .orElseGet(() -> store.trustAdoptions()
                                .count(state.bundle().bundleFingerprint(), "", clock.instant())
                                .map(adoption -> CaRotationView.idle(state, adoption))));
    }

    private Future<CaRotationStatus> describe(Rotation rotation) {
        return view.count(rotation).map(counted -> view.status(rotation, counted));
    }

    // ---- what operators ask for

    private Future<CaRotationOutcome> start(StartCaRotation asked) {
        var kind = asked.intermediate() ? Kind.INTERMEDIATE : Kind.ROOT;
        if (kind == Kind.INTERMEDIATE && state.issuing().isSingle()) {
            return refused("the root signs leaves itself (authority.hierarchy: root); rotate the root instead");
        }
        return store.caRotations().latest().compose(latest -> {
            if (latest.isPresent() && !latest.get().phase().isOver()) {
                return refused("a rotation runs already: go on with it, or abort it first");
            }
            var current = state;
            var region = current.issuing().region();
            if (region != null) {
                return refused("this is the CA of the region " + region + ", whose root's key is elsewhere: for another"
                        + " certificate stop Lumia, then lumia ca request --region " + region
                        + ", lumia ca sign-intermediate where the root is, and lumia ca install");
            }
            if (current.lacking() != null) {
                return refused("this node lacks the keys with which the CA issues; ask another node");
            }
            return prepare(
                    kind,
                    current.issuing(),
                    latest.map(last -> last.newNumber() + 1).orElse(2),
                    asked.actor());
        });
    }

    private Future<CaRotationOutcome> prepare(Kind kind, Ca old, int number, String actor) {
        return signers.executeBlocking(() -> keeper.make(number, kind, old), false)
                .compose(made -> {
                    var now = clock.instant();
                    var rotation = new Rotation(
                            UUID.randomUUID().toString(),
                            kind,
                            Phase.PREPARED,
                            now,
                            now,
                            actor,
                            old.number(),
                            number,
                            old.rootPem(),
                            made.rootPem(),
                            Pem.of(old.issuer().certificate()),
                            Pem.of(made.issuer().certificate()),
                            state.bundleAt(),
                            null,
                            null);
                    return store.caRotations()
                            .begin(rotation)
                            .compose(kept -> kept
                                    ? moved(rotation, actor, Map.of())
                                    : refused("another rotation was started at the same time"));
                });
    }

    private Future<CaRotationOutcome> change(ChangeCaRotation asked) {
        return store.caRotations().latest().compose(latest -> {
            if (latest.isEmpty() || latest.get().phase().isOver()) {
                return refused("no rotation runs; start one with lumia ca rotate start");
            }
            return asked.change() == CaRotationChange.ABORT ? abort(latest.get(), asked) : next(latest.get(), asked);
        });
    }

    private Future<CaRotationOutcome> abort(Rotation rotation, ChangeCaRotation asked) {
        var back = CaRotation.abort(rotation.phase());
        return back.map(phase -> move(rotation, phase, asked.actor(), false, Map.of()))
                .orElseGet(() ->
                        refused("a rotation in the phase " + rotation.phase().label()
                                + " cannot be turned back: "
                                + (rotation.phase() == Phase.RETURNING
                                        ? "that is what it does"
                                        : "the old root is withdrawn already; go on, and rotate again if need be")));
    }

    private Future<CaRotationOutcome> next(Rotation rotation, ChangeCaRotation asked) {
        return view.count(rotation).compose(counted -> {
            if (!counted.ready() && !asked.force()) {
                return refused("blocked: " + view.status(rotation, counted).blocked() + "; first of them "
                        + counted.names() + "; wait for them, or go past them with --force");
            }
            boolean last = rotation.kind() == Kind.INTERMEDIATE && rotation.phase() == Phase.DRAINING;
            if (asked.revokeOld() && !last) {
                return refused("only the last step of an intermediate's rotation revokes the old one");
            }
            var phase = CaRotation.next(rotation.kind(), rotation.phase()).orElseThrow();
            return move(rotation, phase, asked.actor(), asked.revokeOld(), counted.ready() ? Map.of() : counted.past());
        });
    }

    private Future<CaRotationOutcome> move(
            Rotation from, Phase phase, String actor, boolean revokeOld, Map<String, String> details) {
        var to = from.at(phase, clock.instant(), revokeOld);
        return store.caRotations()
                .move(from.phase(), to)
                .compose(done -> done
                        ? moved(to, actor, details)
                        : refused("somebody else took a step at the same time; look again"));
    }

    /** The step is in the database: from here on everything can be made good after a crash. */
    private Future<CaRotationOutcome> moved(Rotation to, String actor, Map<String, String> details) {
        tell(to, actor, details);
        return follow().compose(done -> describe(to))
                .onSuccess(status -> {
                    if (to.phase().drains()) {
                        drain(status);
                    }
                })
                .map(CaRotationOutcome.Changed::new);
    }

    private Future<CaRotationOutcome> refused(String detail) {
        return describe().map(status -> new CaRotationOutcome.Refused(detail, status));
    }

    // ---- what goes on by itself

    /** Makes this node do what the database says; one after the other, so that no older state takes the place of a newer one. */
    private synchronized Future<Void> follow() {
        following = following.transform(done -> store.caRotations().all()).compose(this::apply);
        return following;
    }

    private Future<Void> apply(List<Rotation> all) {
        if (all.isEmpty() || isApplied(all.get(all.size() - 1))) {
            return Future.succeededFuture();
        }
        var before = state;
        return signers.executeBlocking(() -> keeper.load(all, true), false)
                .compose(next -> preparing.apply(next).map(next))
                .map(next -> {
                    state = next; // its clients are let in before there are any
                    applied = all.get(all.size() - 1);
                    using.accept(next);
                    if (!Set.copyOf(next.trusted()).equals(Set.copyOf(before.trusted()))) {
                        FleetBus.TRUST_CHANGED.publish(vertx, next.bundle());
                    }
                    return null;
                });
    }

    private boolean isApplied(Rotation latest) {
        var known = applied;
        var lacking = state.lacking();
        return known != null
                && known.id().equals(latest.id())
                && known.phase() == latest.phase()
                && (lacking == null || !keeper.has(lacking));
    }

    private Future<Void> look() {
        if (looking || System.nanoTime() < notBefore) {
            return Future.succeededFuture();
        }
        looking = true;
        long began = System.nanoTime();
        return follow().compose(followed -> store.caRotations().latest())
                .compose(latest -> latest.filter(open -> !open.phase().isOver())
                        .map(this::attend)
                        .orElseGet(Future::succeededFuture))
                .onFailure(cause -> log.atWarn()
                        .addKeyValue("reason", cause.getMessage())
                        .log("the rotation of the CA cannot be looked at; it is tried again"))
                .onComplete(done -> {
                    looking = false;
                    notBefore = System.nanoTime() + REST * (System.nanoTime() - began);
                });
    }

    /** Connected devices are told one after the other; those that are away renew when they are back. */
    private void drain(CaRotationStatus status) {
        double rate =
                Math.min(FASTEST, Math.max(SLOWEST, status.leaves() / (double) Math.max(1, drainTime.toSeconds())));
        FleetBus.START_ROTATION
                .ask(vertx, new StartRotation(rate, MOST_FAILED, "ca rotation"))
                .onComplete(
                        started -> log.atInfo()
                                .addKeyValue("perSecond", rate)
                                .addKeyValue("outcome", started.getClass().getSimpleName())
                                .log("devices are told to renew, since their issuer is left behind"),
                        absent -> log.atInfo()
                                .addKeyValue("reason", absent.getMessage())
                                .log("no application tells devices to renew; each does when it next asks or is due"));
    }

    private void remind(Rotation rotation) {
        var now = clock.instant();
        if (rotation.phase().drains() && !now.isBefore(reminder)) {
            reminder = now.plus(HEARTBEAT);
            FleetBus.LISTENERS_TO_RENEW.publish(vertx, new ListenersToRenew(rotation.since()));
        }
    }

    private Future<Void> attend(Rotation rotation) {
        remind(rotation);
        return confirmKeys(rotation).compose(confirmed -> {
            if (!CaRotation.goesOnByItself(rotation.phase())) {
                return Future.succeededFuture();
            }
            return view.count(rotation)
                    .compose(counted -> counted.ready()
                            ? move(
                                            rotation,
                                            CaRotation.next(rotation.kind(), rotation.phase())
                                                    .orElseThrow(),
                                            "lumia",
                                            false,
                                            Map.of())
                                    .mapEmpty()
                            : Future.succeededFuture());
        });
    }

    /** A node says so again and again, so that one that is gone is not waited for. */
    private Future<Void> confirmKeys(Rotation rotation) {
        var now = clock.instant();
        if (now.isBefore(heartbeat)) {
            return Future.succeededFuture();
        }
        heartbeat = now.plus(HEARTBEAT);
        var has = keeper.has(rotation.newNumber()) ? CaRotationView.newIssuer(rotation) : "none";
        return store.trustAdoptions()
                .confirm(TrustHolder.AUTHORITY, NodeId.of(vertx).name(), has, now);
    }

    private void tell(Rotation rotation, String actor, Map<String, String> details) {
        var phase = rotation.phase().label();
        log.atInfo()
                .addKeyValue("kind", rotation.kind().label())
                .addKeyValue("phase", phase)
                .addKeyValue("generation", rotation.newNumber())
                .addKeyValue("actor", actor)
                .log("rotation of the CA moved on");
        FleetBus.CA_ROTATION_MOVED.publish(
                vertx, new CaRotationMoved(rotation.id(), rotation.kind().label(), phase, rotation.since(), actor));
        var all = new LinkedHashMap<>(details);
        all.put("kind", rotation.kind().label());
        all.put("rotation", rotation.id());
        if (rotation.oldRevokedAt() != null) {
            all.put("oldRevoked", Objects.toString(rotation.oldRevokedAt()));
        }
        FleetBus.AUDITED.publish(vertx, new Audited(rotation.since(), actor, "ca.rotation." + phase, "ca", "ok", all));
    }
}
