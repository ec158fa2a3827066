package io.lumia.authority;

import io.lumia.authority.revocation.RevocationService;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.ReleaseName;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.store.Store;
import io.lumia.x509.Printable;
import io.lumia.x509.RevokedCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the authority knows of certificates and devices, and what it does to those that exist. */
final class Register {
    private static final Logger log = LoggerFactory.getLogger(Register.class);
    private static final int LARGEST_PAGE = 1000;

    private final Vertx vertx;
    private final Store store;
    private final KnownCertificates known;
    private final RevocationService revocations;
    private final Clock clock;

    Register(Vertx vertx, Store store, KnownCertificates known, RevocationService revocations, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.known = known;
        this.revocations = revocations;
        this.clock = clock;
    }

    Future<CertificateDescription> describe(DescribeCertificate asked) {
        var now = clock.instant();
        var remembered = known.find(asked.serial(), now);
        if (remembered.isPresent()) {
            return Future.succeededFuture(new CertificateDescription.Known(remembered.get()));
        }
        return store.certificates()
                .find(asked.serial(), now)
                .map(found -> found.<CertificateDescription>map(this::learn)
                        .orElseGet(() -> new CertificateDescription.Unknown(asked.serial())));
    }

    /** Revokes for good; the second time changes nothing. Answers when database and journal have it on disk. */
    Future<RevokeOutcome> revoke(RevokeCertificate asked) {
        var now = clock.instant();
        return store.<RevokeOutcome>write(handle -> {
                    var done = store.certificates().revoke(handle, asked.serial(), asked.reason(), now);
                    var found = store.certificates().find(handle, asked.serial(), now);
                    if (done) {
                        var inserted = store.revocations().insert(handle, revocation(found.orElseThrow()));
                        assert inserted;
                    }
                    return found.<RevokeOutcome>map(certificate -> done
                                    ? new RevokeOutcome.Revoked(certificate)
                                    : new RevokeOutcome.AlreadyRevoked(certificate))
                            .orElseGet(() -> new RevokeOutcome.Unknown(asked.serial()));
                })
                .compose(outcome -> journaled(outcome, asked, now));
    }

    /** What the database has holds from now on, whether the journal can be written or not. */
    private Future<RevokeOutcome> journaled(RevokeOutcome outcome, RevokeCertificate asked, Instant now) {
        if (outcome instanceof RevokeOutcome.Revoked revoked) {
            tellRevoked(revoked.certificate(), asked, now);
            return revocations
                    .revoked(revocation(revoked.certificate()))
                    .map(outcome)
                    .recover(Register::notJournaled);
        }
        return revocations.journaled().map(outcome).recover(Register::notJournaled);
    }

    private static <T> Future<T> notJournaled(Throwable cause) {
        return Future.failedFuture(new IllegalStateException(
                "the revocation holds, but the journal cannot be written, so that a restored backup could undo it; the log of the"
                        + " authority says why",
                cause));
    }

    private static RevokedCertificate revocation(CertificateRecord certificate) {
        return new RevokedCertificate(
                certificate.serial(),
                Objects.requireNonNull(certificate.revokedAt()),
                Objects.requireNonNull(certificate.revocationReason()),
                certificate.validity().notAfter());
    }

    Future<CertificatePage> list(ListCertificates asked) {
        return store.certificates()
                .list(
                        new ListCertificates(
                                asked.query(),
                                asked.status(),
                                page(asked.page()),
                                size(asked.size()),
                                asked.expiresAfter(),
                                asked.expiresBefore(),
                                asked.sort()),
                        clock.instant());
    }

    Future<CertificateCounts> count() {
        return store.certificates().count(clock.instant());
    }

    Future<OverdueCount> overdue(CountOverdue policy) {
        return store.certificates().overdue(policy, clock.instant()).map(OverdueCount::new);
    }

    Future<DevicePage> devices(ListDevices asked) {
        return store.claims().list(asked.query(), page(asked.page()), size(asked.size()));
    }

    Future<ReleaseOutcome> release(ReleaseName asked) {
        return store.claims()
                .release(asked.device())
                .map(released -> released ? ReleaseOutcome.RELEASED : ReleaseOutcome.UNKNOWN)
                .onSuccess(outcome -> {
                    audit(
                            clock.instant(),
                            asked.actor(),
                            "device.release",
                            asked.device().value(),
                            outcome == ReleaseOutcome.RELEASED ? "ok" : "refused",
                            Map.of());
                    if (outcome == ReleaseOutcome.RELEASED) {
                        log.atInfo()
                                .addKeyValue("identity", asked.device())
                                .addKeyValue("actor", asked.actor())
                                .log("fleet name released");
                    }
                });
    }

    private CertificateDescription learn(CertificateRecord certificate) {
        known.learn(certificate);
        return known.find(certificate.serial(), clock.instant())
                .<CertificateDescription>map(CertificateDescription.Known::new)
                .orElseGet(() -> new CertificateDescription.Known(certificate));
    }

    private void tellRevoked(CertificateRecord certificate, RevokeCertificate asked, Instant now) {
        known.revoked(certificate);
        log.atInfo()
                .addKeyValue("identity", Printable.quoted(certificate.identity()))
                .addKeyValue("serial", certificate.serial())
                .addKeyValue("reason", asked.reason().label())
                .addKeyValue("actor", asked.actor())
                .log("certificate revoked");
        FleetBus.CERTIFICATE_REVOKED.publish(
                vertx,
                new CertificateRevoked(
                        certificate.serial(), certificate.identity(), asked.reason(), now, asked.actor()));
        audit(
                now,
                asked.actor(),
                "certificate.revoke",
                certificate.serial().toString(),
                "ok",
                Map.of(
                        "identity", certificate.identity(),
                        "reason", asked.reason().label()));
    }

    private void audit(
            Instant at, String actor, String action, String object, String outcome, Map<String, String> details) {
        FleetBus.AUDITED.publish(vertx, new Audited(at, actor, action, object, outcome, details));
    }

    private static int page(int asked) {
        return Math.max(0, asked);
    }

    private static int size(int asked) {
        return Math.min(LARGEST_PAGE, Math.max(1, asked));
    }
}
