package io.lumia.audit;

import static io.lumia.bus.FleetBus.ACCESS_DENIED;
import static io.lumia.bus.FleetBus.BACKUP_ENDED;
import static io.lumia.bus.FleetBus.BROKER_RELOADED;
import static io.lumia.bus.FleetBus.CERTIFICATE_EXPIRING;
import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.DEVICE_CONNECTED;
import static io.lumia.bus.FleetBus.FALLBACK_TAKEN;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;
import static io.lumia.bus.FleetBus.REVOCATION_ENFORCED;
import static io.lumia.bus.FleetBus.STORE_PURGED;
import static io.lumia.bus.FleetBus.TRUST_CHANGED;

import io.lumia.access.TokenBuckets;
import io.lumia.bus.Event;
import io.lumia.bus.FleetBus.AccessDenied;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.FallbackTaken;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.bus.Origin;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** What the events of the bus tell of acts that nobody audits by himself. For one event loop. */
final class BusActs {
    /** Denials of one identity that are written; a client that goes on trying must not fill the disk. */
    private static final int DENIALS_A_MINUTE = 6;

    private static final int DENIALS_AT_ONCE = 20;
    private static final int REMEMBERED = 100_000;
    private static final long SUMMARY_MILLIS = 60_000;

    private final Vertx vertx;
    private final Clock clock;
    private final Consumer<Audited> writer;
    private final TokenBuckets<String> denials = new TokenBuckets<>(DENIALS_A_MINUTE, DENIALS_AT_ONCE, REMEMBERED);
    private final Map<SerialNumber, Boolean> connected = new LinkedHashMap<>(16, 0.75f, true);
    private long leftOut;

    BusActs(Vertx vertx, Clock clock, Consumer<Audited> writer) {
        this.vertx = vertx;
        this.clock = clock;
        this.writer = writer;
    }

    Future<?> listen() {
        var timer = vertx.setPeriodic(SUMMARY_MILLIS, passed -> tellLeftOut());
        assert timer >= 0;
        return Future.all(Future.all(certificates(), brokers()), rest());
    }

    private Future<?> certificates() {
        return Future.all(
                told(
                        CERTIFICATE_RENEWED,
                        renewed -> act(
                                renewed.identity(),
                                "certificate.install",
                                renewed.serial().toString(),
                                "ok",
                                Map.of(
                                        "identity",
                                        renewed.identity(),
                                        "method",
                                        renewed.method(),
                                        "took",
                                        renewed.took().toString()))),
                told(RENEWAL_FAILED, this::renewalFailed),
                told(
                        CERTIFICATE_EXPIRING,
                        expiring -> act(
                                "lumia",
                                "certificate.expiring",
                                expiring.identity(),
                                expiring.level(),
                                Map.of("notAfter", expiring.notAfter().toString()))),
                told(FALLBACK_TAKEN, this::fallback),
                told(LISTENER_RELOADED, this::listener));
    }

    private Future<?> brokers() {
        var first = DEVICE_CONNECTED.listenHere(vertx, this::connected);
        var denied = ACCESS_DENIED.listenHere(vertx, this::denied);
        return Future.all(
                first,
                denied,
                told(
                        REVOCATION_ENFORCED,
                        enforced -> act(
                                "broker " + enforced.broker(),
                                "revocation.enforce",
                                enforced.serial().toString(),
                                "ok",
                                Map.of(
                                        "milliseconds",
                                        Long.toString(enforced.elapsed().toMillis())))),
                told(
                        BROKER_RELOADED,
                        reloaded -> act(
                                "broker",
                                "broker.reload",
                                reloaded.what(),
                                outcome(reloaded.result()),
                                Map.of("result", reloaded.result(), "detail", reloaded.detail()))));
    }

    private Future<?> rest() {
        var failed = BACKUP_ENDED.listenHere(vertx, ended -> {
            if (ended.result().equals("failed")) {
                write(act("lumia", "backup.make", "backup", "failed", Map.of()));
            }
        });
        return Future.all(
                failed,
                told(
                        TRUST_CHANGED,
                        changed -> act(
                                "lumia", "trust.change", "roots", "ok", Map.of("sha256", changed.bundleFingerprint()))),
                told(
                        STORE_PURGED,
                        purged -> act(
                                "lumia",
                                "store.purge",
                                purged.kind(),
                                "ok",
                                Map.of("rows", Long.toString(purged.rows())))));
    }

    private Audited renewalFailed(RenewalFailed failed) {
        return act(
                failed.identity(),
                "certificate.renew",
                failed.identity(),
                "failed",
                Map.of(
                        "reason",
                        failed.reason(),
                        "detail",
                        failed.detail(),
                        "retryAt",
                        failed.retryAt().toString()));
    }

    private Audited fallback(FallbackTaken taken) {
        return act(
                "lumia",
                "certificate.fallback",
                taken.identity(),
                taken.step(),
                Map.of("method", taken.method(), "reason", taken.reason(), "detail", taken.detail()));
    }

    private Audited listener(ListenerReloaded reloaded) {
        return act(
                "listener " + reloaded.listener(),
                "listener.reload",
                reloaded.serial().toString(),
                outcome(reloaded.result()),
                Map.of(
                        "identity",
                        reloaded.listener(),
                        "result",
                        reloaded.result(),
                        "source",
                        reloaded.source(),
                        "notAfter",
                        reloaded.validity().notAfter().toString()));
    }

    /** The first connection with each certificate: devices that come and go would be most of the log. */
    private void connected(DeviceConnected device) {
        if (connected.put(device.serial(), true) == null) {
            if (connected.size() > REMEMBERED) {
                var oldest = connected.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            write(act(
                            "device " + device.identity(),
                            "mqtt.connect",
                            device.serial().toString(),
                            "ok",
                            Map.of("identity", device.identity(), "clientId", device.clientId(), "tls", device.tls()))
                    .from(device.address()));
        }
    }

    private void denied(AccessDenied denied) {
        if (denials.take(denied.identity(), clock.instant()).isPresent()) {
            leftOut++;
            return;
        }
        write(act(
                "device " + denied.identity(),
                "mqtt." + denied.action(),
                denied.topic(),
                "refused",
                Map.of("identity", denied.identity(), "clientId", denied.clientId())));
    }

    private void tellLeftOut() {
        if (leftOut > 0) {
            write(act(
                    "lumia",
                    "audit.left-out",
                    "mqtt.publish, mqtt.subscribe",
                    "refused",
                    Map.of("acts", Long.toString(leftOut))));
            leftOut = 0;
        }
    }

    private static String outcome(String result) {
        return switch (result) {
            case "refused", "rolled_back", "trust_rolled_back" -> "refused";
            default -> "ok";
        };
    }

    private Audited act(String actor, String action, String object, String outcome, Map<String, String> details) {
        return new Audited(clock.instant(), actor, action, object, outcome, details);
    }

    private <E extends Record> Future<Void> told(Event<E> event, Function<E, Audited> act) {
        return event.listenHere(vertx, happened -> write(act.apply(happened)));
    }

    private void write(Audited act) {
        writer.accept(act.of(Origin.current()));
    }
}
