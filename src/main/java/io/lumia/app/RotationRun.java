package io.lumia.app;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ChangeRotation;
import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.lumia.bus.FleetBus.OrderedRenewalEnded;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.StartRotation;
import io.lumia.lifecycle.FleetRotation;
import io.lumia.lifecycle.FleetRotation.State;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One fleet rotation, from its start to its end; for one context. */
final class RotationRun {
    private static final Logger log = LoggerFactory.getLogger(RotationRun.class);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final Duration TELL = Duration.ofSeconds(1);

    /** Whoever starts it waits this long for the first names; less than a call on the bus may take. */
    private static final Duration FIRST_NAMES = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Clock clock;
    private final FleetInventory inventory;
    private final Function<DeviceName, Future<RenewDeviceOutcome>> order;
    private final StartRotation asked;
    private final Instant startedAt;
    private final FleetRotation drill;
    private long step = -1;
    private long teller = -1;
    private boolean toldHalt;
    private @Nullable Instant endedAt;

    /** @param order tells a device to renew */
    RotationRun(
            Vertx vertx,
            Clock clock,
            FleetInventory inventory,
            Function<DeviceName, Future<RenewDeviceOutcome>> order,
            StartRotation asked) {
        this.vertx = vertx;
        this.clock = clock;
        this.inventory = inventory;
        this.order = order;
        this.asked = asked;
        this.startedAt = clock.instant();
        this.drill = new FleetRotation(asked.perSecond(), asked.mostFailed(), startedAt);
    }

    /** Whether another one may begin. */
    boolean isOver() {
        return endedAt != null;
    }

    /** Completes once the first names are known, or soon where an inventory under load is slow to tell them. */
    Future<?> begin() {
        return read().onSuccess(known -> {
                    tell("start", asked.actor(), "fleet rotation begins");
                    step = vertx.setPeriodic(STEP.toMillis(), tick -> step());
                    teller = vertx.setPeriodic(
                            TELL.toMillis(), tick -> FleetBus.FLEET_ROTATION.publish(vertx, status()));
                })
                .timeout(FIRST_NAMES.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    void cancel() {
        vertx.cancelTimer(step);
        vertx.cancelTimer(teller);
    }

    private void step() {
        drill.take(clock.instant()).forEach(this::order);
        drill.expire(clock.instant()).forEach(device -> tellFailed(device, "it did not say how it ended"));
        if (drill.waiting() < FleetInventory.PAGE && inventory.hasNext()) {
            var unused = read();
        }
        look();
    }

    private void order(DeviceName device) {
        order.apply(device)
                .onSuccess(outcome -> {
                    if (!(outcome instanceof RenewDeviceOutcome.Told)) {
                        drill.absent(device);
                    }
                })
                .onFailure(broken -> drill.absent(device));
    }

    void ended(OrderedRenewalEnded told) {
        if (drill.ended(told.device(), told.renewed()) && !told.renewed()) {
            tellFailed(told.device(), told.detail());
        }
        look();
    }

    private void tellFailed(DeviceName device, String reason) {
        log.atWarn()
                .addKeyValue("identity", device)
                .addKeyValue("reason", reason)
                .log("device did not renew in the fleet rotation");
    }

    private Future<?> read() {
        return inventory.next().onSuccess(names -> {
            drill.add(names);
            if (inventory.isRead()) {
                drill.allAdded();
            }
        });
    }

    boolean change(ChangeRotation wanted) {
        boolean changed = switch (wanted.change()) {
            case PAUSE -> drill.pause();
            case RESUME -> drill.resume(clock.instant());
            case ABORT -> drill.abort();
        };
        if (changed) {
            var action = wanted.change().name().toLowerCase(Locale.ROOT);
            tell(action, wanted.actor(), "fleet rotation: " + action);
        }
        return changed;
    }

    /** Tells what became of it by itself. */
    private void look() {
        var progress = drill.progress();
        if (progress.state() == State.HALTED && !toldHalt) {
            tell("halt", "fleet rotation", "fleet rotation stops by itself, since too many renewals failed");
        }
        toldHalt = progress.state() == State.HALTED;
        if (endedAt == null && progress.state().isOver() && progress.working() == 0) {
            endedAt = clock.instant();
            cancel();
            tell("end", asked.actor(), "fleet rotation is over");
        }
    }

    FleetRotationStatus status() {
        var progress = drill.progress();
        long left = progress.left() + inventory.unread();
        return new FleetRotationStatus(
                progress.state().name().toLowerCase(Locale.ROOT),
                asked.perSecond(),
                asked.mostFailed(),
                left,
                progress.working(),
                progress.done(),
                progress.failed(),
                progress.absent(),
                startedAt,
                endedAt == null ? expectedEnd(progress.state(), left) : endedAt,
                asked.actor());
    }

    private @Nullable Instant expectedEnd(State state, long left) {
        return state == State.RUNNING
                ? clock.instant().plusMillis((long) (left / asked.perSecond() * TELL.toMillis()))
                : null;
    }

    private void tell(String action, String actor, String sentence) {
        var now = status();
        log.atInfo()
                .addKeyValue("actor", actor)
                .addKeyValue("perSecond", now.perSecond())
                .addKeyValue("left", now.left())
                .addKeyValue("working", now.working())
                .addKeyValue("done", now.done())
                .addKeyValue("failed", now.failed())
                .addKeyValue("absent", now.absent())
                .log(sentence);
        FleetBus.FLEET_ROTATION.publish(vertx, now);
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        clock.instant(),
                        actor,
                        "fleet-rotation." + action,
                        "fleet",
                        "ok",
                        Map.of(
                                "perSecond", Double.toString(now.perSecond()),
                                "done", Long.toString(now.done()),
                                "failed", Long.toString(now.failed()),
                                "absent", Long.toString(now.absent()))));
    }
}
