package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.config.AcmeConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.store.Store;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Profile;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From a ready order and a CSR to a certificate (RFC 8555, 7.4). */
final class Finalization {
    /** Longer than signing and keeping take under load; who began before and has not ended is gone. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    private final Store store;
    private final KnownOrders known;
    private final AcmeIssuer issuer;
    private final NamePolicy policy;
    private final AcmeConfig config;
    private final LifetimesConfig lifetimes;
    private final WorkerExecutor worker;
    private final Clock clock;

    /** @param worker verifies the CSR's signature */
    Finalization(
            Store store,
            KnownOrders known,
            AcmeIssuer issuer,
            NamePolicy policy,
            AcmeConfig config,
            LifetimesConfig lifetimes,
            WorkerExecutor worker,
            Clock clock) {
        this.store = store;
        this.known = known;
        this.issuer = issuer;
        this.policy = policy;
        this.config = config;
        this.lifetimes = lifetimes;
        this.worker = worker;
        this.clock = clock;
    }

    private record Finalize(@Nullable String csr) {}

    /** @param until which this attempt has the order; it is also its name */
    private record Attempt(Order order, Instant until) {}

    /** A request that fits its order, and the fleet member it is for; null for names outside the fleet. */
    private record Fit(CertificateRequest csr, @Nullable DeviceRecord device) {}

    /**
     * Completes once the certificate is stored with its order, or when another request is at work on it or was done before. Fails with
     * {@link AcmeRefusal}.
     */
    Future<Void> run(Order order, ByAccount signed, String provisioner) {
        requireReady(order);
        var der = der(signed.request().payload(Finalize.class));
        return worker.executeBlocking(() -> parse(der), false)
                .map(csr -> fit(csr, order, signed.key()))
                .compose(csr -> claimed(csr, order, signed))
                .compose(fit -> begin(order)
                        .compose(attempt -> attempt.isPresent()
                                ? attempt(fit, new Attempt(order, attempt.get()), signed.account(), provisioner)
                                : Future.succeededFuture()));
    }

    private Future<Void> attempt(Fit fit, Attempt attempt, Account account, String provisioner) {
        var order = attempt.order;
        return known.change(
                        order.id(),
                        issuer.issue(
                                request(fit, order, account, provisioner),
                                fit.csr(),
                                (handle, issued) -> OrderRows.complete(handle, order.id(), attempt.until, issued)))
                .compose(outcome -> settle(attempt, outcome))
                .recover(failure -> isAnswer(failure) ? Future.failedFuture(failure) : broken(attempt, failure));
    }

    private Future<Void> broken(Attempt attempt, Throwable failure) {
        return failure instanceof OrderRows.Overtaken ? Future.succeededFuture() : release(attempt, failure);
    }

    private void requireReady(Order order) {
        var state = OrderState.of(order, clock.instant());
        if (state != OrderState.READY) {
            throw new AcmeRefusal(
                    Kind.ORDER_NOT_READY, "the order is " + state.name().toLowerCase(Locale.ROOT) + ", not ready");
        }
    }

    private static byte[] der(Finalize wanted) {
        if (wanted.csr() == null) {
            throw AcmeRefusal.malformed("'csr' is missing");
        }
        try {
            return Base64.getUrlDecoder().decode(wanted.csr());
        } catch (IllegalArgumentException notBase64) {
            throw new AcmeRefusal(Kind.BAD_CSR, "'csr' is not a PKCS#10 request in base64url");
        }
    }

    private static CertificateRequest parse(byte[] der) {
        try {
            return CertificateRequest.parse(der);
        } catch (UnfitRequest unfit) {
            throw new AcmeRefusal(Kind.BAD_CSR, String.valueOf(unfit.getMessage()));
        }
    }

    private CertificateRequest fit(CertificateRequest request, Order order, AccountKey account) {
        if (account.fingerprint().equals(Fingerprint.of(request.publicKey()))) {
            throw new AcmeRefusal(Kind.BAD_CSR, "the CSR is for the account's own key; make a key of its own");
        }
        var asked = request.names().stream().map(Identifier::canonical).collect(Collectors.toCollection(HashSet::new));
        var commonName = request.commonName();
        if (commonName != null && !isShortFor(commonName, order)) {
            asked.add(Identifier.canonical(commonName.toLowerCase(Locale.ROOT)));
        }
        if (!asked.equals(new HashSet<>(order.identifiers()))) {
            throw new AcmeRefusal(
                    Kind.BAD_CSR,
                    "the names of the CSR are not those of the order; expected "
                            + String.join(", ", order.identifiers()));
        }
        return request;
    }

    /** Devices carry their bare name as CN, which is the first label of the name they ordered. */
    private boolean isShortFor(String commonName, Order order) {
        return policy.device(order.identifiers())
                .map(device -> device.value().equals(commonName))
                .orElse(false);
    }

    /** The claim may have changed hands since the order was made. */
    private Future<Fit> claimed(CertificateRequest csr, Order order, ByAccount signed) {
        var device = policy.device(order.identifiers());
        if (device.isEmpty()) {
            return Future.succeededFuture(new Fit(csr, null));
        }
        return issuer.device(device.get()).map(found -> {
            var claimed = policy.permit(
                    order.identifiers().get(0), found, signed.key().fingerprint());
            if (claimed.identityKey()
                    .equalsIgnoreCase(Fingerprint.of(csr.publicKey()).hex())) {
                throw new AcmeRefusal(Kind.BAD_CSR, "the CSR is for the identity key; make a key of its own");
            }
            return new Fit(csr, claimed);
        });
    }

    /** Of two requests that find the order ready only one begins, whichever nodes they came to; empty: the other one did. */
    private Future<Optional<Instant>> begin(Order order) {
        var now = clock.instant();
        var until = now.plus(LONGEST).truncatedTo(ChronoUnit.MILLIS);
        return known.change(
                        order.id(),
                        store.writeUnsynced(handle -> OrderRows.beginFinalizing(handle, order.id(), now, until)))
                .map(began -> began ? Optional.of(until) : Optional.empty());
    }

    private IssueCertificate request(Fit fit, Order order, Account account, String provisioner) {
        var device = fit.device();
        var profile = device == null ? Profile.SERVER : Profile.DEVICE;
        return new IssueCertificate(
                profile,
                "",
                device == null ? order.identifiers() : List.of(),
                lifetime(provisioner, order.profile(), profile),
                device == null ? null : new Claim(device.name(), device.address(), device.identityKey()),
                account.actor(),
                "acme",
                Provisioned.by(provisioner));
    }

    /** The chosen one's or else the provisioner's, within what profile and provisioner allow; null: the profile's own. */
    private @Nullable Duration lifetime(String name, @Nullable String chosen, Profile profile) {
        var provisioner = Optional.ofNullable(config.provisioners().get(name));
        var longest = provisioner.map(AcmeConfig.Provisioner::maximumLifetime);
        var most = lifetimes.maximum().of(profile);
        return Optional.ofNullable(chosen == null ? null : config.profiles().get(chosen))
                .map(AcmeConfig.CertificateProfile::lifetime)
                .or(() -> provisioner.map(own -> own.lifetime(profile)))
                .or(() -> longest.map(limited -> lifetimes.of(profile)))
                .map(wanted -> within(
                        wanted,
                        lifetimes.minimum().of(profile),
                        longest.filter(own -> own.compareTo(most) < 0).orElse(most)))
                .orElse(null);
    }

    private static Duration within(Duration wanted, Duration least, Duration most) {
        if (wanted.compareTo(least) < 0) {
            return least;
        }
        return wanted.compareTo(most) > 0 ? most : wanted;
    }

    private Future<Void> settle(Attempt attempt, IssueOutcome outcome) {
        return outcome instanceof IssueOutcome.Refused refused ? refuse(attempt, refused) : Future.succeededFuture();
    }

    /** What another CSR or another moment may heal leaves the order ready; the rest ends it (RFC 8555, 7.1.6). */
    private Future<Void> refuse(Attempt attempt, IssueOutcome.Refused refused) {
        var detail = refused.detail();
        return switch (refused.refusal()) {
            case UNFIT_REQUEST -> release(attempt, new AcmeRefusal(Kind.BAD_CSR, detail));
            case OVERLOADED -> release(attempt, AcmeRefusal.later(Duration.ofSeconds(1), detail));
            case NAME_CLAIMED, NAME_NOT_ALLOWED -> end(attempt, Problem.of(Kind.REJECTED_IDENTIFIER, detail));
            case LIFETIME_NOT_ALLOWED -> end(attempt, Problem.of(Kind.SERVER_INTERNAL, detail));
        };
    }

    private Future<Void> release(Attempt attempt, Throwable why) {
        return known.change(attempt.order.id(), store.write(handle -> {
                    OrderRows.release(handle, attempt.order.id(), attempt.until);
                    return true;
                }))
                .transform(released -> Future.failedFuture(why));
    }

    private Future<Void> end(Attempt attempt, Problem problem) {
        return known.change(attempt.order.id(), store.write(handle -> {
                    OrderRows.fail(handle, attempt.order.id(), attempt.until, problem);
                    return true;
                }))
                .transform(ended -> Future.failedFuture(new AcmeRefusal(problem)));
    }

    private static boolean isAnswer(Throwable failure) {
        return failure instanceof AcmeRefusal;
    }
}
