package io.lumia.app;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DescribeTrust;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command {@code {"command": "trust", "bundle": FINGERPRINT}}: tells devices that the CA hands out other roots; they fetch them from it. Told are
 * all that are heard of, some at a time, and whoever comes back while there is something to tell.
 */
final class TrustOrders {
    private static final Logger log = LoggerFactory.getLogger(TrustOrders.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long EVERY_MS = 100;
    /** What a session of the application may hold back is many times that. */
    private static final int AT_ONCE = 100;

    private final Vertx vertx;
    private final Commands commands;
    private final Clock clock;
    private final Supplier<List<DeviceName>> heardOf;
    private final Consumer<String> self;
    private final Set<String> waiting = new LinkedHashSet<>();
    private final Set<String> told = new HashSet<>();
    /** Null: nothing changes, and devices look by themselves when they start. */
    private @Nullable String bundle;

    /**
     * @param heardOf the devices
     * @param self tells this very identity, by the bundle's fingerprint
     */
    TrustOrders(
            Vertx vertx, Commands commands, Clock clock, Supplier<List<DeviceName>> heardOf, Consumer<String> self) {
        this.vertx = vertx;
        this.commands = commands;
        this.clock = clock;
        this.heardOf = heardOf;
        this.self = self;
    }

    /** An authority that cannot be asked, or knows nothing of bundles, is no reason not to start. */
    Future<?> serve() {
        vertx.setPeriodic(EVERY_MS, tick -> send());
        return FleetBus.TRUST_CHANGED
                .listen(vertx, this::changed)
                .onSuccess(listening ->
                        FleetBus.DESCRIBE_TRUST.ask(vertx, new DescribeTrust()).onSuccess(this::found));
    }

    /** A device said something. */
    void heardOf(String device) {
        if (bundle != null && !told.contains(device)) {
            waiting.add(device);
        }
    }

    /** Several roots: one is being replaced, and some may not know. */
    private void found(TrustChanged now) {
        if (bundle == null && Pem.certificates(now.bundlePem()).size() > 1) {
            changed(now);
        }
    }

    private void changed(TrustChanged now) {
        bundle = now.bundleFingerprint();
        told.clear();
        waiting.clear();
        heardOf.get().forEach(device -> waiting.add(device.value()));
        self.accept(now.bundleFingerprint());
        log.atInfo()
                .addKeyValue("bundle", bundle)
                .addKeyValue("devices", waiting.size())
                .log("devices are told that the CA hands out other roots");
    }

    private void send() {
        var now = waiting.iterator();
        for (int i = 0; i < AT_ONCE && now.hasNext(); i++) {
            var device = now.next();
            now.remove();
            tell(device);
        }
    }

    private void tell(String device) {
        var what = bundle;
        var order = new JsonObject().put("command", "trust").put("bundle", what).toBuffer();
        told.add(device);
        commands.send(device, order, PATIENCE, clock.instant()).onSuccess(outcome -> {
            boolean missed = !(outcome instanceof CommandOutcome.Answered);
            if (missed && what != null && what.equals(bundle)) {
                told.remove(device);
            }
        });
    }
}
