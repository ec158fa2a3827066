package io.lumia.stepca;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateIssued;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.Origin;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.issuance.StepCaClient;
import io.lumia.store.Store;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.UnfitRequest;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bootstrap certificates: the name is claimed here, since step-ca knows no claims, and the certificate signed there. */
final class Enrolments {
    private static final Logger log = LoggerFactory.getLogger(Enrolments.class);

    private final Vertx vertx;
    private final Store store;
    private final StepCaClient ca;
    private final Vouching vouching;
    private final FleetDomain domain;
    private final Duration lifetime;
    private final String root;
    private final WorkerExecutor workers;
    private final Clock clock;

    /**
     * @param lifetime of bootstrap certificates
     * @param root the CA's, PEM
     */
    Enrolments(
            Vertx vertx,
            Store store,
            StepCaClient ca,
            Vouching vouching,
            FleetDomain domain,
            Duration lifetime,
            String root,
            WorkerExecutor workers,
            Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.ca = ca;
        this.vouching = vouching;
        this.domain = domain;
        this.lifetime = lifetime;
        this.root = root;
        this.workers = workers;
        this.clock = clock;
    }

    Future<IssueOutcome> issue(IssueCertificate asked) {
        var claim = asked.claim();
        if (asked.profile() != Profile.BOOTSTRAP || claim == null) {
            return refused(
                    Refusal.NAME_NOT_ALLOWED, "this process issues first certificates of devices alone; ask step-ca");
        }
        return workers.executeBlocking(() -> identityKey(asked.csr(), claim), false)
                .compose(key -> claimed(key, claim))
                .compose(ours -> ours
                        ? sign(asked, claim)
                        : refused(
                                Refusal.NAME_CLAIMED,
                                "the name " + claim.device() + " belongs to another key; an operator can release it"))
                .recover(failure -> outcome(failure, asked, claim));
    }

    /** step-ca compares the names of token and request, so the request must have the name. */
    private Fingerprint identityKey(String csr, Claim claim) throws UnfitRequest {
        var request = CertificateRequest.parse(csr);
        var name = domain.dnsName(claim.device());
        if (!request.names().equals(List.of(name))) {
            throw new UnfitRequest(
                    "the CSR must ask for the name '" + name + "', which step-ca certifies as it stands");
        }
        return Fingerprint.of(request.publicKey());
    }

    /** Before it is signed: of two who claim one name at once only one gets a certificate. */
    private Future<Boolean> claimed(Fingerprint key, Claim claim) {
        return store.write(
                handle -> store.claims().claim(handle, claim.device(), key, claim.address(), clock.instant()));
    }

    private Future<IssueOutcome> sign(IssueCertificate asked, Claim claim) {
        var begun = clock.instant();
        var name = domain.dnsName(claim.device());
        return vouching.token("sign", claim.device().value(), List.of(name))
                .compose(token -> ca.sign(token, asked.csr(), lifetime))
                .compose(chain -> keep(asked, claim, chain, begun));
    }

    private Future<IssueOutcome> keep(IssueCertificate asked, Claim claim, List<X509Certificate> chain, Instant begun) {
        var leaf = chain.get(0);
        var now = clock.instant();
        var certificate = new CertificateRecord(
                SerialNumber.of(leaf),
                Profile.BOOTSTRAP,
                claim.device().value(),
                List.of(domain.dnsName(claim.device())),
                claim.device(),
                now,
                Validity.of(leaf),
                CertificateStatus.ACTIVE,
                asked.requester(),
                asked.via(),
                Pem.of(leaf),
                null,
                null,
                null,
                Origin.current().map(Origin::address).orElse(null));
        return store.write(handle -> {
                    store.certificates().insert(handle, certificate);
                    return certificate;
                })
                .map(kept -> {
                    tell(kept, Duration.between(begun, now));
                    return new IssueOutcome.Issued(new CertificateBundle(
                            kept.serial(),
                            now,
                            kept.validity(),
                            kept.certificate(),
                            Pem.of(chain.subList(1, chain.size())),
                            root));
                });
    }

    private void tell(CertificateRecord certificate, Duration took) {
        FleetBus.CERTIFICATE_ISSUED.publish(vertx, new CertificateIssued(certificate, took));
        log.atInfo()
                .addKeyValue("identity", certificate.identity())
                .addKeyValue("serial", certificate.serial())
                .addKeyValue("notAfter", certificate.validity().notAfter())
                .log("certificate issued by step-ca");
        audit(
                certificate.requester(),
                certificate.identity(),
                "ok",
                Map.of("serial", certificate.serial().toString()));
    }

    /** What step-ca refuses, it refuses for good: policy, names, provisioner. What it does not answer is a broken part. */
    private Future<IssueOutcome> outcome(Throwable failure, IssueCertificate asked, Claim claim) {
        var why = String.valueOf(failure.getMessage());
        if (failure instanceof UnfitRequest) {
            return refused(Refusal.UNFIT_REQUEST, why);
        }
        audit(asked.requester(), claim.device().value(), "failed", Map.of("reason", why));
        if (failure instanceof IssuanceFailed failed && failed.reason() == IssuanceFailed.Reason.REFUSED) {
            log.atWarn()
                    .addKeyValue("identity", claim.device())
                    .addKeyValue("reason", why)
                    .log(
                            "step-ca refused a bootstrap certificate; check its provisioner, and step-ca.provisioner-password-file");
        }
        return Future.failedFuture(failure);
    }

    private void audit(String actor, String object, String outcome, Map<String, String> details) {
        FleetBus.AUDITED.publish(
                vertx, new Audited(clock.instant(), actor, "certificate.issue", object, outcome, details));
    }

    private static Future<IssueOutcome> refused(Refusal refusal, String detail) {
        return Future.succeededFuture(new IssueOutcome.Refused(refusal, detail));
    }
}
