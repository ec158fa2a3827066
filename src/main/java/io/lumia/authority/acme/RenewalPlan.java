package io.lumia.authority.acme;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.lifecycle.DrainSchedule;
import io.lumia.lifecycle.RenewalForecast;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.lifecycle.RenewalPolicy.Window;
import io.lumia.store.Store;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which part of its window each certificate that asks is given (RFC 9773, 4.2): the quietest by the forecast of all renewals of this CA, so that
 * clients that ask fill the gaps between those that do not. A certificate keeps what it was given while the process runs, and its place is
 * counted; all others count evenly over the window of the policy. One that was replaced goes on counting over what is left of its window, as
 * replaced and not replaced ones together renew evenly over it. The forecast is made anew every hour, since certificates are revoked. Used on
 * one event loop.
 */
final class RenewalPlan {
    private static final Logger log = LoggerFactory.getLogger(RenewalPlan.class);
    private static final Duration MADE_ANEW = Duration.ofHours(1);
    private static final int MOST_ADVISED = 100_000;
    private static final int PARTS = 32;

    private final Vertx vertx;
    private final Store store;
    private final RenewalPolicy policy;
    private final Function<CertificateRecord, Optional<Instant>> draining;
    private final Clock clock;
    private final Map<SerialNumber, Advice> advised = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SerialNumber, Advice> eldest) {
            return size() > MOST_ADVISED;
        }
    };
    private RenewalForecast forecast;
    private long timer = -1;

    /** The policy's window, and the part of it that a certificate was given. */
    private record Advice(Window whole, Window part) {}

    /** @param draining since when holders of a certificate are to renew, since its issuer is left behind; empty: as usual */
    RenewalPlan(
            Vertx vertx,
            Store store,
            RenewalPolicy policy,
            Function<CertificateRecord, Optional<Instant>> draining,
            Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.policy = policy;
        this.draining = draining;
        this.clock = clock;
        forecast = new RenewalForecast(clock.instant());
    }

    /** Hears of certificates from now on; those that are there already are counted soon after. */
    Future<Void> start() {
        timer = vertx.setPeriodic(MADE_ANEW.toMillis(), tick -> refresh().onFailure(RenewalPlan::tellOld));
        return FleetBus.CERTIFICATE_ISSUED
                .listen(vertx, told -> expect(told.certificate()))
                .onSuccess(listening -> refresh().onFailure(RenewalPlan::tellOld));
    }

    void close() {
        vertx.cancelTimer(timer);
    }

    /** When this certificate should be renewed; the same at every question. */
    Window advise(CertificateRecord certificate) {
        var usual = usual(certificate);
        return draining.apply(certificate)
                .map(began -> DrainSchedule.window(
                        certificate.issuedAt(),
                        certificate.validity().notAfter(),
                        began,
                        place(certificate.serial()),
                        usual))
                .orElse(usual);
    }

    private Window usual(CertificateRecord certificate) {
        return advised.computeIfAbsent(certificate.serial(), serial -> place(serial, window(certificate))).part;
    }

    private Advice place(SerialNumber serial, Window whole) {
        // among equally quiet parts, one that depends on nothing but the serial
        double preferred = place(serial);
        var part = forecast.quietest(whole, PARTS, preferred);
        var advice = new Advice(whole, part);
        count(forecast, advice);
        return advice;
    }

    private static double place(SerialNumber serial) {
        return new Random(serial.hashCode()).nextDouble();
    }

    private static void count(RenewalForecast forecast, Advice advice) {
        forecast.add(advice.whole, -1);
        forecast.add(advice.part, 1);
    }

    private void expect(CertificateRecord issued) {
        forecast.add(window(issued), 1);
    }

    private Window window(CertificateRecord certificate) {
        return policy.window(certificate.issuedAt(), certificate.validity().notAfter());
    }

    /** Counts what the store has. */
    Future<Void> refresh() {
        var now = clock.instant();
        return store.certificates()
                .renewable(now)
                .onSuccess(lifetimes -> {
                    var fresh = new RenewalForecast(now);
                    lifetimes.forEach(alike -> fresh.add(
                            policy.window(alike.issuedAt(), alike.notAfter()), (double) alike.certificates()));
                    advised.values().removeIf(advice -> advice.whole.end().isBefore(now));
                    advised.values().forEach(advice -> count(fresh, advice));
                    forecast = fresh;
                })
                .mapEmpty();
    }

    private static void tellOld(Throwable failure) {
        log.atWarn().setCause(failure).log("the forecast of renewals could not be made anew; the old one stays in use");
    }
}
