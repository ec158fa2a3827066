package io.lumia.provisioning;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.ProvisioningChanged;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.config.Durations;
import io.lumia.config.ProvisioningConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the gate: takes operators' changes one after the other, makes them durable, tells who listens. For one event loop. */
final class GateKeeper {
    private static final Logger log = LoggerFactory.getLogger(GateKeeper.class);
    private static final Duration LONGEST_TIMER = Duration.ofDays(366);

    private final Vertx vertx;
    private final ProvisioningConfig config;
    private final GateMemory memory;
    private final Clock clock;
    private ProvisioningGate gate;
    /** As it was kept, the last time that this node looked. */
    private @Nullable String kept;

    private @Nullable ProvisioningState told;
    private Future<?> turn = Future.succeededFuture();

    GateKeeper(Vertx vertx, ProvisioningConfig config, GateMemory memory, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.memory = memory;
        this.clock = clock;
        this.gate = ProvisioningGate.configured(config, clock.instant());
    }

    /** Takes up what an operator set before a restart; without that, the configuration holds. */
    Future<Void> open() {
        return memory.recall()
                .map(stored -> {
                    kept = stored.orElse(null);
                    stored.ifPresent(this::resume);
                    return gate;
                })
                .compose(opened -> kept == null ? agree() : Future.succeededFuture())
                .compose(opened -> tick())
                .onSuccess(ready -> tellStart());
    }

    /** By the gate as it is kept at this moment, whichever node changed it. Fails when that cannot be known. */
    Future<ProvisioningGate.Decision> decide(InetAddress address) {
        return current().map(known -> gate.decide(address, clock.instant()));
    }

    ProvisioningState state() {
        return gate.at(clock.instant()).state();
    }

    /** Takes over what other nodes changed, and lets the timer turn provisioning off when its time has come. */
    Future<Void> tick() {
        return current()
                .compose(known -> gate.expired(clock.instant()) ? inTurn(this::expire) : Future.succeededFuture());
    }

    /** Hears what is told of changes, by this node and others. */
    void heard(ProvisioningChanged change) {
        told = change.state();
    }

    /** The configuration of the first node holds for all, so that its timer runs once. */
    private Future<Void> agree() {
        return memory.isShared()
                ? replace(gate).compose(agreed -> agreed ? Future.succeededFuture() : current())
                : Future.succeededFuture();
    }

    private Future<Void> current() {
        return memory.isShared() ? memory.recall().map(this::take).mapEmpty() : Future.succeededFuture();
    }

    private ProvisioningGate take(Optional<String> stored) {
        if (stored.isPresent() && !stored.get().equals(kept)) {
            kept = stored.get();
            resume(stored.get());
            var state = gate.state();
            if (!state.equals(told)) {
                // the bus did not bring it; a short while ago it may still be on its way, which tells it twice
                FleetBus.PROVISIONING_CHANGED.local().publish(vertx, new ProvisioningChanged(state, "another node"));
            }
        }
        return gate;
    }

    private Future<Boolean> replace(ProvisioningGate next) {
        var text = GateText.write(next);
        return memory.replace(kept, text).onSuccess(done -> {
            if (done) {
                kept = text;
            }
        });
    }

    Future<ProvisioningState> turn(SwitchProvisioning wanted) {
        var offAfter = wanted.offAfter() == null ? config.offAfter() : wanted.offAfter();
        if (offAfter.isNegative() || offAfter.compareTo(LONGEST_TIMER) > 0) {
            return Future.failedFuture(new IllegalArgumentException(
                    "offAfter must be from 0s to " + Durations.text(LONGEST_TIMER) + ", is " + offAfter));
        }
        return inTurn(() -> current()
                .compose(known -> wanted.enabled() ? turnOn(offAfter, wanted.actor()) : turnOff(wanted.actor())));
    }

    Future<WhitelistOutcome> change(ChangeWhitelist wanted) {
        return inTurn(() -> current().compose(known -> changed(wanted)));
    }

    private Future<WhitelistOutcome> changed(ChangeWhitelist wanted) {
        try {
            var next = gate.changed(wanted.add(), wanted.remove(), clock.instant());
            return keep(next, wanted.actor(), "provisioning.whitelist", whitelistDetails(wanted))
                    .compose(state -> state.isPresent()
                            ? Future.succeededFuture(new WhitelistOutcome.Changed(state.get()))
                            : current().compose(known -> changed(wanted)));
        } catch (ProvisioningGate.Unacceptable refused) {
            var why = String.valueOf(refused.getMessage());
            audit(wanted.actor(), "provisioning.whitelist", "refused", Map.of("reason", why));
            return Future.succeededFuture(new WhitelistOutcome.Refused(why));
        }
    }

    private Future<ProvisioningState> turnOn(Duration offAfter, String actor) {
        var next = gate.turnedOn(offAfter, clock.instant());
        return keep(next, actor, "provisioning.on", Map.of("offAfter", Durations.text(offAfter)))
                .compose(state -> state.isPresent()
                        ? Future.succeededFuture(state.get())
                        : current().compose(known -> turnOn(offAfter, actor)));
    }

    /** Shut first: should the store fail, nobody gets in any more all the same. */
    private Future<ProvisioningState> turnOff(String actor) {
        gate = gate.turnedOff();
        return keep(gate, actor, "provisioning.off", Map.of())
                .compose(state -> state.isPresent()
                        ? Future.succeededFuture(state.get())
                        : current().compose(known -> turnOff(actor)));
    }

    /** Of several nodes that see the time come one turns it off, and tells. */
    private Future<Void> expire() {
        if (!gate.expired(clock.instant())) {
            return Future.succeededFuture();
        }
        var next = gate.at(clock.instant());
        if (memory.isShared()) {
            return replace(next).compose(mine -> {
                if (mine) {
                    expired(next);
                }
                return mine ? Future.succeededFuture() : current();
            });
        }
        expired(next);
        return next.operated() ? memory.keep(GateText.write(next)) : Future.succeededFuture();
    }

    private void expired(ProvisioningGate next) {
        gate = next;
        log.atInfo().log("provisioning turned off by its timer; './lumia provisioning on' turns it on again");
        tell(next, "timer", "provisioning.off", Map.of());
    }

    /** Empty: another node was first, and what it set is the beginning of the next try. */
    private Future<Optional<ProvisioningState>> keep(
            ProvisioningGate next, String actor, String action, Map<String, String> details) {
        return replace(next).map(mine -> {
            if (!mine) {
                return Optional.empty();
            }
            gate = next;
            log.atInfo()
                    .addKeyValue("action", action)
                    .addKeyValue("actor", actor)
                    .addKeyValue("whitelist", next.whitelist().size())
                    .addKeyValue("offAt", next.offAt())
                    .log("provisioning changed by an operator");
            tell(next, actor, action, details);
            return Optional.of(next.state());
        });
    }

    private void tell(ProvisioningGate next, String actor, String action, Map<String, String> details) {
        FleetBus.PROVISIONING_CHANGED.publish(vertx, new ProvisioningChanged(next.state(), actor));
        audit(actor, action, "ok", details);
    }

    private void audit(String actor, String action, String outcome, Map<String, String> details) {
        FleetBus.AUDITED.publish(vertx, new Audited(clock.instant(), actor, action, "provisioning", outcome, details));
    }

    private void resume(String stored) {
        try {
            gate = GateText.read(stored);
        } catch (IllegalArgumentException malformed) {
            gate = gate.turnedOff();
            log.atError()
                    .setCause(malformed)
                    .log(
                            "the stored provisioning setting is unreadable; provisioning stays off until an operator turns it on");
        }
    }

    private void tellStart() {
        var state = gate.state();
        log.atInfo()
                .addKeyValue("enabled", state.enabled())
                .addKeyValue("whitelist", state.whitelist().size())
                .addKeyValue("offAt", state.offAt())
                .addKeyValue("setBy", state.setBy())
                .log("provisioning begins");
        if (state.enabled() && state.whitelist().isEmpty()) {
            log.atWarn()
                    .log(
                            "provisioning is on and its whitelist empty: nobody gets in; './lumia provisioning allow ADDRESS' adds one");
        }
        FleetBus.PROVISIONING_CHANGED.publish(vertx, new ProvisioningChanged(state, state.setBy()));
    }

    private static Map<String, String> whitelistDetails(ChangeWhitelist wanted) {
        return Map.of("added", String.join(" ", wanted.add()), "removed", String.join(" ", wanted.remove()));
    }

    /** One change after the other, so that each starts from what the one before made durable. */
    private <T> Future<T> inTurn(Supplier<Future<T>> change) {
        var mine = turn.transform(before -> change.get());
        turn = mine;
        return mine;
    }
}
