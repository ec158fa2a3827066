package io.lumia.app;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.OrderedRenewalEnded;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has devices renew whose certificate is of an issuer that the CA leaves behind and that the fleet rotation, which the CA begins then, did not reach: they
 * were away, could not, or it was given up. Goes on as long as the CA says that there are any. For one context.
 */
final class DrainOrders {
    private static final Logger log = LoggerFactory.getLogger(DrainOrders.class);
    private static final Set<String> DRAINING = Set.of("draining", "returning");
    /** A renewal takes its time, and an order that was lost is rare. */
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private static final long LOOK_MS = 5_000;
    private static final long STEP_MS = 200;

    private final Vertx vertx;
    private final Clock clock;
    private final DeviceName own;
    private final double perSecond;
    private final Function<DeviceName, Future<RenewDeviceOutcome>> order;
    private final Runnable self;
    private final BooleanSupplier drilled;
    private final Supplier<List<DeviceName>> heardOf;
    private final Set<DeviceName> waiting = new LinkedHashSet<>();
    private final Map<DeviceName, Instant> ordered = new HashMap<>();
    private @Nullable String drain;
    private double credit;

    /**
     * @param perSecond devices that are told in a second
     * @param order tells one to renew
     * @param self renews this very identity
     * @param drilled whether a fleet rotation is telling them already
     * @param heardOf the devices
     */
    DrainOrders(
            Vertx vertx,
            Clock clock,
            DeviceName own,
            double perSecond,
            Function<DeviceName, Future<RenewDeviceOutcome>> order,
            Runnable self,
            BooleanSupplier drilled,
            Supplier<List<DeviceName>> heardOf) {
        this.vertx = vertx;
        this.clock = clock;
        this.own = own;
        this.perSecond = perSecond;
        this.order = order;
        this.self = self;
        this.drilled = drilled;
        this.heardOf = heardOf;
    }

    /** Goes on by itself; without an authority that can be asked nothing happens. */
    void start() {
        vertx.setPeriodic(
                LOOK_MS,
                tick -> FleetBus.DESCRIBE_CA_ROTATION
                        .ask(vertx, new DescribeCaRotation())
                        .onSuccess(this::look));
        vertx.setPeriodic(STEP_MS, tick -> step());
    }

    /** A device was ordered to renew; who could not gets its turn again. */
    void ended(OrderedRenewalEnded told) {
        if (!told.renewed()) {
            ordered.remove(told.device());
        }
    }

    /** What the authority says now. */
    void look(CaRotationStatus now) {
        if (!DRAINING.contains(now.phase())) {
            drain = null;
            waiting.clear();
            return;
        }
        var named = now.id() + " " + now.phase();
        if (!named.equals(drain)) {
            drain = named;
            ordered.clear();
            self.run();
            log.atInfo()
                    .addKeyValue("certificates", now.leaves())
                    .log("devices are told to renew: the CA leaves the issuer of their certificates behind");
        }
        if (drilled.getAsBoolean()) {
            return;
        }
        var missing = missing(now.stragglers());
        boolean all = now.missing() <= now.stragglers().size();
        heardOf.get().stream()
                .filter(device -> !device.equals(own) && !ordered.containsKey(device))
                .filter(device -> !all || missing.contains(device.value()))
                .forEach(waiting::add);
        if (all) {
            // who renewed without us, and whose first order was lost
            waiting.removeIf(device -> !missing.contains(device.value()));
            var longAgo = clock.instant().minus(AGAIN);
            ordered.entrySet()
                    .removeIf(entry -> missing.contains(entry.getKey().value())
                            && entry.getValue().isBefore(longAgo));
        }
    }

    private static Set<String> missing(List<Straggler> stragglers) {
        return stragglers.stream()
                .filter(one -> one.kind() == TrustHolder.DEVICE)
                .map(Straggler::name)
                .collect(Collectors.toSet());
    }

    private void step() {
        credit = Math.min(credit + perSecond * STEP_MS / 1000, Math.max(1, perSecond));
        var next = waiting.iterator();
        while (credit >= 1 && next.hasNext()) {
            var device = next.next();
            next.remove();
            credit--;
            ordered.put(device, clock.instant());
            order.apply(device).onSuccess(outcome -> {
                if (!(outcome instanceof RenewDeviceOutcome.Told)) {
                    ordered.remove(device);
                }
            });
        }
    }
}
