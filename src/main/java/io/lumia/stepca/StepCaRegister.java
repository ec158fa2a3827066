package io.lumia.stepca;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateObtained;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ReleaseName;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.issuance.StepCaClient;
import io.lumia.store.Certificates;
import io.lumia.store.Store;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known here of certificates that step-ca issued, and their revocation there. */
final class StepCaRegister {
    private static final Logger log = LoggerFactory.getLogger(StepCaRegister.class);

    private final Vertx vertx;
    private final Store store;
    private final StepCaClient ca;
    private final Vouching vouching;
    private final FleetDomain domain;
    private final Clock clock;

    StepCaRegister(Vertx vertx, Store store, StepCaClient ca, Vouching vouching, FleetDomain domain, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.ca = ca;
        this.vouching = vouching;
        this.domain = domain;
        this.clock = clock;
    }

    Future<CertificateDescription> describe(DescribeCertificate asked) {
        return store.certificates()
                .find(asked.serial(), clock.instant())
                .map(found -> found.<CertificateDescription>map(CertificateDescription.Known::new)
                        .orElseGet(() -> new CertificateDescription.Unknown(asked.serial())));
    }

    /** Keeps what an identity of this process obtained by ACME: step-ca tells nobody whom a serial belongs to. */
    Future<Void> obtained(CertificateObtained told) {
        var leaf = Pem.certificates(told.certificate()).get(0);
        var now = clock.instant();
        var device = new DeviceName(told.identity());
        var certificate = new CertificateRecord(
                SerialNumber.of(leaf),
                Profile.DEVICE,
                told.identity(),
                List.of(domain.dnsName(device)),
                device,
                now,
                Validity.of(leaf),
                CertificateStatus.ACTIVE,
                told.identity(),
                "acme",
                told.certificate(),
                null,
                null);
        return store.writeInOrder(handle -> {
                    store.hold(handle, Certificates.held(certificate.serial()));
                    if (store.certificates()
                            .find(handle, certificate.serial(), now)
                            .isEmpty()) {
                        store.certificates().insert(handle, certificate);
                    }
                    return certificate;
                })
                .<Void>mapEmpty()
                .onFailure(full -> log.atWarn()
                        .addKeyValue("identity", told.identity())
                        .addKeyValue("serial", certificate.serial())
                        .addKeyValue("reason", full.getMessage())
                        .log("a certificate could not be recorded; to revoke it, use step-ca's own commands"));
    }

    /** At step-ca first: what is recorded here must be in its list. */
    Future<RevokeOutcome> revoke(RevokeCertificate asked) {
        // by the writer, behind the record of a certificate that was obtained just now
        return store.writeInOrder(handle -> store.certificates().find(handle, asked.serial(), clock.instant()))
                .compose(found -> found.map(certificate -> vouching.token(
                                        "revoke", asked.serial().value().toString(), List.of())
                                .compose(token -> ca.revoke(token, asked.serial(), asked.reason()))
                                .compose(listed -> mark(asked)))
                        .orElseGet(() -> Future.succeededFuture(new RevokeOutcome.Unknown(asked.serial()))));
    }

    private Future<RevokeOutcome> mark(RevokeCertificate asked) {
        var now = clock.instant();
        return store.<Optional<RevokeOutcome>>write(handle -> {
                    boolean done = store.certificates().revoke(handle, asked.serial(), asked.reason(), now);
                    return store.certificates()
                            .find(handle, asked.serial(), now)
                            .map(certificate -> done
                                    ? new RevokeOutcome.Revoked(certificate)
                                    : new RevokeOutcome.AlreadyRevoked(certificate));
                })
                .map(outcome -> outcome.orElseGet(() -> new RevokeOutcome.Unknown(asked.serial())))
                .onSuccess(outcome -> {
                    if (outcome instanceof RevokeOutcome.Revoked revoked) {
                        tell(revoked.certificate(), asked);
                    }
                });
    }

    private void tell(CertificateRecord certificate, RevokeCertificate asked) {
        var now = clock.instant();
        var reason = asked.reason().label();
        log.atInfo()
                .addKeyValue("identity", certificate.identity())
                .addKeyValue("serial", certificate.serial())
                .addKeyValue("reason", reason)
                .addKeyValue("actor", asked.actor())
                .log("certificate revoked at step-ca");
        FleetBus.CERTIFICATE_REVOKED.publish(
                vertx,
                new CertificateRevoked(
                        certificate.serial(), certificate.identity(), asked.reason(), now, asked.actor()));
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        now,
                        asked.actor(),
                        "certificate.revoke",
                        certificate.serial().toString(),
                        "ok",
                        Map.of("identity", certificate.identity(), "reason", reason)));
    }

    Future<ReleaseOutcome> release(ReleaseName asked) {
        return store.claims()
                .release(asked.device())
                .map(released -> released ? ReleaseOutcome.RELEASED : ReleaseOutcome.UNKNOWN)
                .onSuccess(outcome -> FleetBus.AUDITED.publish(
                        vertx,
                        new Audited(
                                clock.instant(),
                                asked.actor(),
                                "device.release",
                                asked.device().value(),
                                outcome == ReleaseOutcome.RELEASED ? "ok" : "refused",
                                Map.of())));
    }
}
