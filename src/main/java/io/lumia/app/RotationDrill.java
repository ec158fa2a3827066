package io.lumia.app;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeRotation;
import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.lumia.bus.FleetBus.OrderedRenewalEnded;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.RotationOutcome;
import io.lumia.bus.FleetBus.RotationOutcome.Changed;
import io.lumia.bus.FleetBus.RotationOutcome.Refused;
import io.lumia.bus.FleetBus.StartRotation;
import io.lumia.lifecycle.FleetRotation;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link FleetRotation}: orders the devices of the inventory to renew, or where none can be asked, those that were heard of. It lives in
 * memory; a restart ends it, and devices that had their turn keep what they got. For one context.
 */
final class RotationDrill {
    private static final FleetRotationStatus NONE =
            new FleetRotationStatus("idle", 0, 0, 0, 0, 0, 0, 0, null, null, "");

    private final Vertx vertx;
    private final Clock clock;
    private final DeviceName own;
    private final Function<DeviceName, Future<RenewDeviceOutcome>> order;
    private final Supplier<List<DeviceName>> heardOf;
    private @Nullable RotationRun run;

    /**
     * @param own the application's name, which has no turn
     * @param order tells a device to renew
     * @param heardOf since the start
     */
    RotationDrill(
            Vertx vertx,
            Clock clock,
            DeviceName own,
            Function<DeviceName, Future<RenewDeviceOutcome>> order,
            Supplier<List<DeviceName>> heardOf) {
        this.vertx = vertx;
        this.clock = clock;
        this.own = own;
        this.order = order;
        this.heardOf = heardOf;
    }

    /** Answers operators from now on. */
    Future<?> serve() {
        return Future.all(
                FleetBus.DESCRIBE_ROTATION.serve(vertx, asked -> Future.succeededFuture(status())),
                FleetBus.START_ROTATION.serve(vertx, this::start),
                FleetBus.CHANGE_ROTATION.serve(vertx, asked -> Future.succeededFuture(change(asked))));
    }

    FleetRotationStatus status() {
        return run == null ? NONE : run.status();
    }

    /** A device that was ordered to renew has, or could not. */
    void ended(OrderedRenewalEnded told) {
        if (run != null) {
            run.ended(told);
        }
    }

    void stop() {
        if (run != null) {
            run.cancel();
        }
    }

    private Future<RotationOutcome> start(StartRotation asked) {
        if (run != null && !run.isOver()) {
            return Future.succeededFuture(new Refused("a fleet rotation is "
                    + run.status().state() + " and not over; abort it, or wait until those at work have ended"));
        }
        var next = new RotationRun(vertx, clock, new FleetInventory(vertx, own, heardOf), order, asked);
        run = next;
        return next.begin().map(begun -> new Changed(next.status()));
    }

    private RotationOutcome change(ChangeRotation asked) {
        if (run == null || !run.change(asked)) {
            return new Refused("the fleet rotation is " + status().state() + "; "
                    + asked.change().name().toLowerCase(Locale.ROOT) + " is not possible");
        }
        return new Changed(run.status());
    }
}
