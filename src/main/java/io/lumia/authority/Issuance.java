package io.lumia.authority;

import io.lumia.authority.Shedding.Limit;
import io.lumia.authority.acme.AcmeIssuer;
import io.lumia.authority.stepapi.Reissue;
import io.lumia.authority.stepapi.StepIssuer;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateIssued;
import io.lumia.bus.FleetBus.CertificateNotIssued;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.Origin;
import io.lumia.config.AuthorityConfig;
import io.lumia.store.Certificates;
import io.lumia.store.Claims;
import io.lumia.store.Store;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues: checks the request, signs on the signing threads, claims the name and keeps the certificate in one transaction, and answers once that is
 * on disk. A certificate that was signed for a claim that then failed never leaves this class.
 */
final class Issuance implements AcmeIssuer, StepIssuer {
    private static final Logger log = LoggerFactory.getLogger(Issuance.class);

    private final Vertx vertx;
    private final AuthorityConfig config;
    private final Store store;
    private final KnownCertificates known;
    private final WorkerExecutor signers;
    private final Shedding shedding;
    private final Clock clock;
    private final SecureRandom randomness = new SecureRandom();
    private final AtomicInteger inProgress = new AtomicInteger();
    private volatile Signing signing;

    /**
     * What signs; replaced as a whole when a rotation switches.
     *
     * @param locations of the certificate that signs the leaves, its CRL and responder, for them
     */
    record Signing(CaState state, IssuingRules rules, IssuerLocations locations) {}

    /** A certificate that nobody has seen yet. */
    private record Signed(
            CertificateRecord certificate,
            CertificateBundle bundle,
            Fingerprint key,
            @Nullable Claim claim,
            @Nullable Reissue reissue,
            @Nullable String issuer) {}

    private static final Consequence NOTHING_ELSE = (handle, bundle) -> {};

    Issuance(
            Vertx vertx,
            AuthorityConfig config,
            Signing signing,
            Store store,
            KnownCertificates known,
            WorkerExecutor signers,
            Shedding shedding,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.signing = signing;
        this.store = store;
        this.known = known;
        this.signers = signers;
        this.shedding = shedding;
        this.clock = clock;
    }

    /** Signs by this one from the next certificate on. */
    void signBy(Signing next) {
        signing = next;
    }

    /** Completes once the certificate is durable; a refusal is an answer. */
    Future<IssueOutcome> issue(IssueCertificate asked) {
        return admitted(asked, () -> sign(asked, parse(asked.csr())), NOTHING_ELSE);
    }

    /** The same for a CSR that was verified already, which costs as much as three signatures. */
    @Override
    public Future<IssueOutcome> issue(IssueCertificate asked, CertificateRequest csr) {
        return issue(asked, csr, NOTHING_ELSE);
    }

    @Override
    public Future<IssueOutcome> issue(IssueCertificate asked, CertificateRequest csr, Consequence also) {
        return admitted(asked, () -> sign(asked, csr), also);
    }

    /** The next certificate of the same holder: same names, profile and lifetime. */
    @Override
    public Future<IssueOutcome> reissue(Reissue asked) {
        var previous = asked.previous();
        var request = new IssueCertificate(
                previous.profile(),
                "",
                previous.names(),
                null,
                null,
                "certificate " + previous.serial(),
                asked.via(),
                new Provisioned(previous.provisioner(), asked.forClients(), null, null));
        return admitted(request, () -> sign(request, asked), NOTHING_ELSE);
    }

    private Future<IssueOutcome> admitted(IssueCertificate asked, Callable<Signed> signing, Consequence also) {
        long began = System.nanoTime();
        if (inProgress.incrementAndGet() > config.queue()) {
            inProgress.decrementAndGet();
            shedding.count(Limit.QUEUE);
            tellNotIssued(asked, "refused", began);
            return Future.succeededFuture(new IssueOutcome.Refused(
                    Refusal.OVERLOADED, "more than " + config.queue() + " requests are in progress; try again later"));
        }
        return signers.executeBlocking(signing, false)
                .compose(signed -> keep(signed, also))
                .onSuccess(signed -> tell(signed, Duration.ofNanos(System.nanoTime() - began)))
                .<IssueOutcome>map(signed -> new IssueOutcome.Issued(signed.bundle))
                .recover(failed -> {
                    tellNotIssued(asked, failed instanceof NotIssued ? "refused" : "failed", began);
                    return refuse(asked, failed);
                })
                .onComplete(done -> inProgress.decrementAndGet());
    }

    /** The claim of this fleet name; empty while nobody claimed it. */
    @Override
    public Future<Optional<DeviceRecord>> device(DeviceName name) {
        return store.claims().find(name);
    }

    private Signed sign(IssueCertificate asked, CertificateRequest csr) throws NotIssued {
        var now = clock.instant();
        var by = able();
        return sign(by, asked, by.rules.decide(asked, csr, now), csr.publicKey(), null, now);
    }

    private Signed sign(IssueCertificate asked, Reissue reissue) throws NotIssued {
        var now = clock.instant();
        var by = able();
        var provisioned = Objects.requireNonNull(asked.provisioned());
        var decision = by.rules.again(reissue.previous(), provisioned, reissue.key(), now);
        return sign(by, asked, decision, reissue.key(), reissue, now);
    }

    /** The clock is read before, so that no certificate of an old issuer is younger than the switch by more than it takes to sign. */
    private Signing able() throws NotIssued {
        var by = signing;
        if (by.state.lacking() != null) {
            throw new NotIssued(
                    Refusal.OVERLOADED,
                    "this node of the CA lacks the keys of generation " + by.state.lacking()
                            + " and issues nothing; ask another node, or later");
        }
        return by;
    }

    private Signed sign(
            Signing by,
            IssueCertificate asked,
            Decision decision,
            PublicKey key,
            @Nullable Reissue reissue,
            Instant now) {
        var serial = SerialNumber.at(now, randomness);
        var provisioned = asked.provisioned();
        var template = CertificateTemplate.leaf(
                asked.profile(), decision.identity(), decision.names(), key, serial, decision.validity(), by.locations);
        var form = by.rules.form(asked);
        if (form.isPresent()) {
            template = template.inForm(form.get());
        } else if (provisioned != null && provisioned.forClients()) {
            template = template.forClientsToo();
        }
        var ca = by.state.issuing();
        var leaf = Pem.text("CERTIFICATE", template.encodedBy(ca.issuer()));
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
                null,
                provisioned == null ? null : provisioned.name(),
                Origin.current().map(Origin::address).orElse(null));
        var bundle = new CertificateBundle(
                serial, now, decision.validity(), leaf, ca.chainPem(asked.profile()), by.state.bundlePem());
        var issuer = ca.number() == 1 ? null : ca.issuerName();
        return new Signed(certificate, bundle, Fingerprint.of(key), asked.claim(), reissue, issuer);
    }

    private static CertificateRequest parse(String csr) throws NotIssued {
        try {
            return CertificateRequest.parse(csr);
        } catch (UnfitRequest unfit) {
            throw new NotIssued(Refusal.UNFIT_REQUEST, String.valueOf(unfit.getMessage()));
        }
    }

    private Future<Signed> keep(Signed signed, Consequence also) {
        return store.write(handle -> {
                    var broken = signed.reissue == null
                            ? brokenClaim(handle, signed)
                            : brokenReissue(handle, signed, signed.reissue);
                    if (broken.isEmpty()) {
                        store.certificates().insert(handle, signed.certificate, signed.issuer);
                        also.keep(handle, signed.bundle);
                    }
                    return broken;
                })
                .compose(broken -> broken.<Future<Signed>>map(Future::failedFuture)
                        .orElseGet(() -> Future.succeededFuture(signed)));
    }

    /** The rules about earlier claims; names and keys are held, so that of two who claim one name at once only one gets it. */
    private Optional<NotIssued> brokenClaim(Handle handle, Signed signed) {
        if (signed.certificate.profile() == Profile.SITE) {
            return nameOfDevice(handle, signed.certificate.identity());
        }
        var claim = signed.claim;
        if (claim == null || signed.certificate.device() == null) {
            return Optional.empty();
        }
        return signed.certificate.profile() == Profile.BOOTSTRAP
                ? claimName(handle, claim, signed.key)
                : useClaim(handle, claim.device(), claim.holder(), signed.key);
    }

    private Optional<NotIssued> nameOfDevice(Handle handle, String site) {
        var name = new DeviceName(site);
        store.hold(handle, Claims.held(name));
        return store.claims().find(handle, name).isPresent()
                ? Optional.of(new NotIssued(
                        Refusal.NAME_CLAIMED, "the name " + site + " belongs to a device; choose another for the site"))
                : Optional.empty();
    }

    private Optional<NotIssued> claimName(Handle handle, Claim claim, Fingerprint key) {
        if (store.claims().claim(handle, claim.device(), key, claim.address(), clock.instant())) {
            return Optional.empty();
        }
        return Optional.of(new NotIssued(
                Refusal.NAME_CLAIMED,
                "the name " + claim.device() + " belongs to another key; an operator can release it"));
    }

    /** @param holder for whom the request was permitted; the name may have changed hands since then. Null: whoever holds it */
    private Optional<NotIssued> useClaim(Handle handle, DeviceName device, @Nullable String holder, Fingerprint key) {
        store.hold(handle, Claims.held(device), Claims.held(key));
        var claim = store.claims().find(handle, device);
        if (config.acme().bindFleetNames() && claim.isEmpty()) {
            return Optional.of(new NotIssued(
                    Refusal.NAME_NOT_ALLOWED,
                    "nobody claimed the name " + device + "; the device must be provisioned"));
        }
        if (config.acme().bindFleetNames()
                && holder != null
                && !holder.equalsIgnoreCase(claim.get().identityKey())) {
            return Optional.of(new NotIssued(
                    Refusal.NAME_CLAIMED, "the name " + device + " was released and belongs to another key now"));
        }
        if (store.claims().isIdentityKey(handle, key)) {
            return Optional.of(
                    new NotIssued(
                            Refusal.UNFIT_REQUEST,
                            "the CSR's key is an identity key, which is for orders only; make a fresh key for the certificate"));
        }
        return Optional.empty();
    }

    /** Revocations and releases that came while the certificate was signed count; those that come later wait. */
    private Optional<NotIssued> brokenReissue(Handle handle, Signed signed, Reissue reissue) {
        var previous = reissue.previous();
        store.hold(handle, Certificates.held(previous.serial()));
        var kept = store.certificates().find(handle, previous.serial(), clock.instant());
        if (kept.isEmpty() || kept.get().status() == CertificateStatus.REVOKED) {
            return Optional.of(
                    new NotIssued(Refusal.NAME_NOT_ALLOWED, "the certificate " + previous.serial() + " was revoked"));
        }
        var device = previous.device();
        if (device == null) {
            return Optional.empty();
        }
        store.hold(handle, Claims.held(device));
        var claim = store.claims().find(handle, device);
        if (previous.profile() == Profile.BOOTSTRAP) {
            return claim.filter(owner -> owner.identityKey().equals(signed.key.hex()))
                    .map(owner -> Optional.<NotIssued>empty())
                    .orElseGet(() -> notOurs(device));
        }
        if (claim.map(owner -> owner.claimedAt().isAfter(previous.issuedAt())).orElse(false)) {
            return notOurs(device);
        }
        return useClaim(handle, device, null, signed.key);
    }

    private static Optional<NotIssued> notOurs(DeviceName device) {
        return Optional.of(new NotIssued(
                Refusal.NAME_CLAIMED,
                "the name " + device + " was given free since this certificate was issued; enrol the device again"));
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

    private void tellNotIssued(IssueCertificate asked, String result, long began) {
        var took = Duration.ofNanos(System.nanoTime() - began);
        FleetBus.CERTIFICATE_NOT_ISSUED.publish(vertx, new CertificateNotIssued(asked.via(), result, took));
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
