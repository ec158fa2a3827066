package io.lumia.web.live;

import static io.lumia.web.live.LiveEvent.Tone.BAD;
import static io.lumia.web.live.LiveEvent.Tone.GOOD;
import static io.lumia.web.live.LiveEvent.Tone.PLAIN;
import static io.lumia.web.live.LiveEvent.Tone.WARNING;

import io.lumia.bus.Event;
import io.lumia.bus.FleetBus;
import io.lumia.web.live.LiveEvent.Happening;
import io.lumia.web.live.LiveEvent.Tone;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which events of the bus browsers hear, and in which words. */
final class Story {
    private static final int LONGEST = 300;

    private final Vertx vertx;
    private final Hearing hearing;
    private final List<Future<Void>> listening = new ArrayList<>();

    /** Who hears it. */
    interface Hearing {
        /**
         * @param routine whether it is one of many, of which a part may be left out
         * @param words made only when it is told
         */
        void heard(String type, boolean routine, Supplier<Happening> words);
    }

    Story(Vertx vertx, Hearing hearing) {
        this.vertx = vertx;
        this.hearing = hearing;
    }

    Future<Void> begin() {
        certificates();
        connections();
        system();
        return Future.all(listening).mapEmpty();
    }

    private void certificates() {
        routine(FleetBus.CERTIFICATE_ISSUED, told -> {
            var certificate = told.certificate();
            return happening(
                    "certificate.issued",
                    GOOD,
                    certificate.identity(),
                    certificate.serial(),
                    "certificate issued",
                    Map.of("profile", certificate.profile().label(), "via", certificate.via()));
        });
        routine(
                FleetBus.CERTIFICATE_RENEWED,
                told -> happening(
                        "certificate.renewed",
                        GOOD,
                        told.identity(),
                        told.serial(),
                        "renewed and in use after " + told.took().toMillis() + " ms",
                        Map.of("method", told.method())));
        each(
                FleetBus.CERTIFICATE_REVOKED,
                told -> happening(
                        "certificate.revoked",
                        WARNING,
                        told.identity(),
                        told.serial(),
                        "revoked by " + told.actor() + ": " + told.reason().label(),
                        Map.of("reason", told.reason().label(), "actor", told.actor())));
        each(
                FleetBus.REVOCATION_ENFORCED,
                told -> happening(
                        "revocation.enforced",
                        GOOD,
                        null,
                        told.serial(),
                        "gone from " + told.broker() + " after "
                                + told.elapsed().toMillis() + " ms",
                        Map.of(
                                "broker",
                                told.broker(),
                                "elapsedMillis",
                                told.elapsed().toMillis())));
        each(
                FleetBus.RENEWAL_FAILED,
                told -> happening(
                        "certificate.renewal-failed",
                        BAD,
                        told.identity(),
                        null,
                        "renewal failed (" + told.reason() + "): " + told.detail(),
                        Map.of(
                                "reason",
                                told.reason(),
                                "retryAt",
                                told.retryAt().toString())));
        each(
                FleetBus.ORDERED_RENEWAL_ENDED,
                told -> happening(
                        "device.renewal-ended",
                        told.renewed() ? GOOD : BAD,
                        told.device().value(),
                        null,
                        told.renewed() ? "renewed as ordered" : "did not renew as ordered: " + told.detail(),
                        Map.of("renewed", told.renewed())));
        each(
                FleetBus.CERTIFICATE_EXPIRING,
                told -> happening(
                        "certificate.expiring",
                        told.level().equals("critical") ? BAD : WARNING,
                        told.identity(),
                        null,
                        "expires at " + told.notAfter(),
                        Map.of("level", told.level())));
        each(
                FleetBus.FALLBACK_TAKEN,
                told -> happening(
                        "certificate.fallback-taken",
                        WARNING,
                        told.identity(),
                        null,
                        "fallback " + told.step() + " (" + told.method() + "): " + told.detail(),
                        Map.of("step", told.step(), "reason", told.reason())));
    }

    private void connections() {
        routine(
                FleetBus.DEVICE_CONNECTED,
                told -> happening(
                        "device.connected",
                        PLAIN,
                        told.identity(),
                        told.serial(),
                        "connected from " + told.address(),
                        Map.of("clientId", told.clientId(), "address", told.address())));
        routine(
                FleetBus.DEVICE_DISCONNECTED,
                told -> happening(
                        "device.disconnected",
                        told.reason().equals("revoked") ? WARNING : PLAIN,
                        told.identity(),
                        told.serial(),
                        "disconnected: " + told.reason(),
                        Map.of("clientId", told.clientId(), "reason", told.reason())));
        routine(
                FleetBus.CONNECT_REFUSED,
                told -> happening(
                        "device.refused",
                        WARNING,
                        told.identity(),
                        null,
                        "connection from " + told.address() + " refused: " + told.reason(),
                        Map.of("address", told.address(), "reason", told.reason())));
        routine(
                FleetBus.ACCESS_DENIED,
                told -> happening(
                        "device.denied",
                        WARNING,
                        told.identity(),
                        null,
                        told.action() + " denied: " + told.topic(),
                        Map.of("action", told.action(), "topic", told.topic())));
        routine(
                FleetBus.PROVISIONING_ANSWERED,
                told -> happening(
                        "provisioning.answered",
                        told.result().equals("issued") ? GOOD : WARNING,
                        told.device().isEmpty() ? null : told.device(),
                        null,
                        "provisioning of " + told.address() + ": " + told.result(),
                        Map.of("address", told.address(), "result", told.result())));
    }

    private void system() {
        each(
                FleetBus.PROVISIONING_CHANGED,
                told -> happening(
                        "provisioning.changed",
                        PLAIN,
                        null,
                        null,
                        "provisioning is " + (told.state().enabled() ? "on" : "off") + ", whitelist of "
                                + told.state().whitelist().size() + "; by " + told.actor(),
                        Map.of("enabled", told.state().enabled())));
        each(
                FleetBus.TRUST_CHANGED,
                told -> happening("trust.changed", WARNING, null, null, "the fleet's roots changed", Map.of()));
        each(
                FleetBus.CA_ROTATION_MOVED,
                told -> happening(
                        "ca.rotation",
                        WARNING,
                        null,
                        null,
                        "rotation of the " + told.kind() + " is " + told.phase() + ", by " + told.actor(),
                        Map.of("kind", told.kind(), "phase", told.phase())));
        each(FleetBus.LISTENER_RELOADED, told -> {
            boolean good = told.replaced() || told.result().equals("trust_reloaded");
            return happening(
                    "listener.reloaded",
                    good ? GOOD : BAD,
                    told.listener(),
                    told.serial(),
                    "listener's certificate: " + told.result() + " (" + told.source() + ")",
                    Map.of("result", told.result()));
        });
        each(
                FleetBus.BACKUP_ENDED,
                told -> happening(
                        "backup.ended",
                        told.result().equals("done") ? GOOD : BAD,
                        null,
                        null,
                        "backup " + told.result(),
                        Map.of("result", told.result())));
    }

    private static Happening happening(
            String type,
            Tone tone,
            @Nullable String identity,
            @Nullable Object serial,
            String text,
            Map<String, Object> more) {
        return new Happening(
                type,
                tone,
                identity == null ? null : clipped(identity),
                serial == null ? null : serial.toString(),
                clipped(text),
                clipped(more));
    }

    /** Topics and client ids are as long as strangers like. */
    private static String clipped(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    private static Map<String, Object> clipped(Map<String, Object> more) {
        var clipped = new TreeMap<String, Object>();
        more.forEach((name, value) -> clipped.put(name, value instanceof String text ? clipped(text) : value));
        return clipped;
    }

    private <E extends Record> void routine(Event<E> event, Function<E, Happening> words) {
        listening.add(event.listen(vertx, told -> hearing.heard(event.address(), true, () -> words.apply(told))));
    }

    private <E extends Record> void each(Event<E> event, Function<E, Happening> words) {
        listening.add(event.listen(vertx, told -> hearing.heard(event.address(), false, () -> words.apply(told))));
    }
}
