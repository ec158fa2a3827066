package io.lumia.authority;

import io.lumia.authority.acme.AcmeIssuer;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateIssued;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.config.AuthorityConfig;
import io.lumia.store.Store;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues: checks the request, signs on the signing threads, claims the name and keeps the certificate in one transaction, and answers once that is
 * on disk. A certificate that was signed for a claim that then failed never leaves this class.
 */
final class Issuance implements AcmeIssuer {
    private static final Logger log = LoggerFactory.getLogger(Issuance.class);

    private final Vertx vertx;
    private final AuthorityConfig config;
    private final Ca ca;
    private final IssuingRules rules;
    private final Store store;
    private final KnownCertificates known;
    private final WorkerExecutor signers;
    private final @Nullable String issuerUrl;
    private final Clock clock;
    private final SecureRandom randomness = new SecureRandom();
    private final AtomicInteger inProgress = new AtomicInteger();

    /** A certificate that nobody has seen yet. */
    private record Signed(
            CertificateRecord certificate,
            CertificateBundle bundle,
            Fingerprint key,
            @Nullable Claim claim) {}

    /** @param issuerUrl of the intermediate, for the leaves; null: left out */
    Issuance(
            Vertx vertx,
            AuthorityConfig config,
            Ca ca,
            IssuingRules rules,
            Store store,
            KnownCertificates known,
            WorkerExecutor signers,
            @Nullable String issuerUrl,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.ca = ca;
        this.rules = rules;
        this.store = store;
        this.known = known;
        this.signers = signers;
        this.issuerUrl = issuerUrl;
        this.clock = clock;
    }

    /** Completes once the certificate is durable; a refusal is an answer. */
    @Override
    public Future<IssueOutcome> issue(IssueCertificate asked) {
        if (inProgress.incrementAndGet() > config.queue()) {
            inProgress.decrementAndGet();
            return Future.succeededFuture(new IssueOutcome.Refused(
                    Refusal.OVERLOADED, "more than " + config.queue() + " requests are in progress; try again later"));
        }
        long began = System.nanoTime();
        return signers.executeBlocking(() -> sign(asked), false)
                .compose(this::keep)
                .onSuccess(signed -> tell(signed, Duration.ofNanos(System.nanoTime() - began)))
                .<IssueOutcome>map(signed -> new IssueOutcome.Issued(signed.bundle))
                .recover(failed -> refuse(asked, failed))
                .onComplete(done -> inProgress.decrementAndGet());
    }

    /** The claim of this fleet name; empty while nobody claimed it. */
    @Override
    public Future<Optional<DeviceRecord>> device(DeviceName name) {
        return store.claims().find(name);
    }

    private Signed sign(IssueCertificate asked) throws NotIssued {
        var csr = parse(asked.csr());
        var now = clock.instant();
        var decision = rules.decide(asked, csr, now);
        var serial = SerialNumber.random(randomness);
        var leaf = Pem.of(CertificateTemplate.leaf(
                        asked.profile(),
                        decision.identity(),
                        decision.names(),
                        csr.publicKey(),
                        serial,
                        decision.validity(),
                        issuerUrl)
                .signedBy(ca.intermediate()));
        var certificate = new CertificateRecord(
                serial,
                asked.profile(),
                decision.identity(),
                decision.names(),
                decision.device(),
                now,
                decision.validity(),
                CertificateStatus.ACTIVE,
                asked.requester(),
                asked.via(),
                leaf,
                null,
                null);
        var bundle = new CertificateBundle(serial, now, decision.validity(), leaf, ca.intermediatePem(), ca.rootPem());
        return new Signed(certificate, bundle, Fingerprint.of(csr.publicKey()), asked.claim());
    }

    private static CertificateRequest parse(String csr) throws NotIssued {
        try {
            return CertificateRequest.parse(csr);
        } catch (UnfitRequest unfit) {
            throw new NotIssued(Refusal.UNFIT_REQUEST, String.valueOf(unfit.getMessage()));
        }
    }

    private Future<Signed> keep(Signed signed) {
        return store.write(handle -> {
                    var broken = brokenClaim(handle, signed);
                    if (broken.isEmpty()) {
                        store.certificates().insert(handle, signed.certificate);
                    }
                    return broken;
                })
                .compose(broken -> broken.<Future<Signed>>map(Future::failedFuture)
                        .orElseGet(() -> Future.succeededFuture(signed)));
    }

    /** The rules about earlier claims: alone in the writer, so that of two who claim one name at once only one gets it. */
    private Optional<NotIssued> brokenClaim(Handle handle, Signed signed) {
        var claim = signed.claim;
        if (claim == null || signed.certificate.device() == null) {
            return Optional.empty();
        }
        return signed.certificate.profile() == Profile.BOOTSTRAP
                ? claimName(handle, claim, signed.key)
                : useClaim(handle, claim.device(), signed.key);
    }

    private Optional<NotIssued> claimName(Handle handle, Claim claim, Fingerprint key) {
        if (store.claims().claim(handle, claim.device(), key, claim.address(), clock.instant())) {
            return Optional.empty();
        }
        return Optional.of(new NotIssued(
                Refusal.NAME_CLAIMED,
                "the name " + claim.device() + " belongs to another key; an operator can release it"));
    }

    private Optional<NotIssued> useClaim(Handle handle, DeviceName device, Fingerprint key) {
        if (config.acme().bindFleetNames()
                && store.claims().find(handle, device).isEmpty()) {
            return Optional.of(new NotIssued(
                    Refusal.NAME_NOT_ALLOWED,
                    "nobody claimed the name " + device + "; the device must be provisioned"));
        }
        if (store.claims().isIdentityKey(handle, key)) {
            return Optional.of(
                    new NotIssued(
                            Refusal.UNFIT_REQUEST,
                            "the CSR's key is an identity key, which is for orders only; make a fresh key for the certificate"));
        }
        return Optional.empty();
    }

    private void tell(Signed signed, Duration took) {
        var certificate = signed.certificate;
        known.learn(certificate);
        log.atInfo()
                .addKeyValue("identity", Printable.quoted(certificate.identity()))
                .addKeyValue("serial", certificate.serial())
                .addKeyValue("profile", certificate.profile().label())
                .addKeyValue("notAfter", certificate.validity().notAfter())
                .addKeyValue("requester", certificate.requester())
                .log("certificate issued");
        FleetBus.CERTIFICATE_ISSUED.publish(vertx, new CertificateIssued(certificate, took));
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        certificate.issuedAt(),
                        certificate.requester(),
                        "certificate.issue",
                        certificate.serial().toString(),
                        "ok",
                        Map.of(
                                "identity", certificate.identity(),
                                "profile", certificate.profile().label(),
                                "via", certificate.via(),
                                "notAfter", certificate.validity().notAfter().toString())));
    }

    private Future<IssueOutcome> refuse(IssueCertificate asked, Throwable failed) {
        if (!(failed instanceof NotIssued notIssued)) {
            log.atError()
                    .addKeyValue("requester", asked.requester())
                    .setCause(failed)
                    .log("certificate could not be issued");
            return Future.failedFuture(failed);
        }
        var refused = notIssued.outcome();
        var claim = asked.claim();
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        clock.instant(),
                        asked.requester(),
                        "certificate.issue",
                        claim == null ? asked.profile().label() : claim.device().value(),
                        "refused",
                        Map.of(
                                "reason", refused.refusal().name(),
                                "detail", refused.detail(),
                                "via", asked.via())));
        return Future.succeededFuture(refused);
    }
}
