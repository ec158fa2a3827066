package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.authority.acme.Authorization.Challenge;
import io.lumia.authority.acme.Authorization.ChallengeStatus;
import io.lumia.authority.acme.Authorization.Status;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.authority.acme.Views.AuthorizationView;
import io.lumia.authority.acme.Views.ChallengeView;
import io.lumia.bus.Origin;
import io.lumia.store.Store;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authorizations and challenges (RFC 8555, 7.5), validated in the background. */
final class ChallengeResource {
    private static final Logger log = LoggerFactory.getLogger(AcmeServer.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    /** A look at a challenge that is there takes less. */
    private static final Duration LONGEST_ANSWER = Duration.ofMillis(500);

    private static final int MOST_VALIDATIONS = 2000;

    private final Store store;
    private final KnownOrders known;
    private final AcmeIssuer issuer;
    private final NamePolicy policy;
    private final Names names;
    private final Validations validations;
    private final AcmeLedger ledger;
    private final Clock clock;
    private final AtomicInteger running = new AtomicInteger();

    ChallengeResource(
            Store store,
            KnownOrders known,
            AcmeIssuer issuer,
            NamePolicy policy,
            Names names,
            Validations validations,
            AcmeLedger ledger,
            Clock clock) {
        this.store = store;
        this.known = known;
        this.issuer = issuer;
        this.policy = policy;
        this.names = names;
        this.validations = validations;
        this.ledger = ledger;
        this.clock = clock;
    }

    private record ChangedAuthorization(@Nullable String status) {}

    /** Shows or deactivates (RFC 8555, 7.5 and 7.5.2). */
    Future<Answer> authorization(ByAccount signed, Exchange exchange) {
        return known.authorization(exchange.id())
                .map(found -> own(found, signed))
                .compose(this::undertaken)
                .compose(authorization -> signed.request().isPostAsGet()
                        ? Future.succeededFuture(authorization)
                        : deactivate(signed, authorization))
                .map(authorization -> shown(authorization, exchange.links()));
    }

    /** Shows a challenge, or begins its validation (RFC 8555, 7.5.1). */
    Future<Answer> challenge(ByAccount signed, Exchange exchange) {
        return known.ofChallenge(exchange.id())
                .map(found -> own(found, signed))
                .compose(authorization -> undertaken(authorization, exchange.id()))
                .compose(authorization -> signed.request().isPostAsGet()
                        ? Future.succeededFuture(authorization)
                        : begin(authorization, exchange.id(), signed.account()))
                .map(authorization -> shown(authorization, exchange.id(), exchange.links()));
    }

    /** Takes up the validations that a crash of the only process interrupted. */
    Future<Void> resume() {
        return store.read(handle -> AuthorizationRows.inProgress(handle).stream()
                        .flatMap(id -> AuthorizationRows.ofChallenge(handle, id)
                                .map(authorization -> new Pending(
                                        authorization, challenge(authorization, id), authorization.thumbprint()))
                                .stream())
                        .toList())
                .onSuccess(interrupted -> interrupted.forEach(pending -> {
                    var unused = validate(pending);
                }))
                .mapEmpty();
    }

    /** @param thumbprint of the account's key of now */
    private record Pending(Authorization authorization, Challenge challenge, String thumbprint) {}

    private Future<Authorization> deactivate(ByAccount signed, Authorization authorization) {
        var change = signed.request().payload(ChangedAuthorization.class);
        if (!"deactivated".equals(change.status())) {
            throw AcmeRefusal.malformed("an authorization's status can only be changed to 'deactivated'");
        }
        return known.change(authorization.order(), store.write(handle -> {
            AuthorizationRows.change(handle, authorization.id(), Status.DEACTIVATED);
            return AuthorizationRows.find(handle, authorization.id()).orElseThrow();
        }));
    }

    private Future<Authorization> begin(Authorization authorization, String id, Account account) {
        var challenge = challenge(authorization, id);
        if (challenge.status() != ChallengeStatus.PENDING) {
            return Future.succeededFuture(authorization);
        }
        if (OrderState.of(authorization, clock.instant()) != Status.PENDING) {
            throw AcmeRefusal.malformed("the authorization is no longer pending; make a new order");
        }
        if (running.get() >= MOST_VALIDATIONS) {
            throw AcmeRefusal.later(SOON, "too many challenges are being validated");
        }
        var pending = new Pending(authorization, challenge, account.thumbprint());
        var until = clock.instant().plus(validations.longest());
        return known.change(
                        authorization.order(),
                        store.writeUnsynced(handle -> AuthorizationRows.begin(handle, id, until)))
                .compose(began -> began ? soon(validate(pending)) : Future.succeededFuture())
                .compose(looked -> known.authorization(authorization.id()))
                .map(Optional::orElseThrow);
    }

    private Future<Authorization> undertaken(Authorization authorization) {
        return authorization.challenges().stream()
                .filter(challenge -> challenge.isAbandoned(clock.instant()))
                .findFirst()
                .map(challenge -> undertaken(authorization, challenge.id()))
                .orElseGet(() -> Future.succeededFuture(authorization));
    }

    /** A client that asks what became of its challenge has it taken up, where the node that validated it is gone. */
    private Future<Authorization> undertaken(Authorization authorization, String id) {
        var now = clock.instant();
        var challenge = challenge(authorization, id);
        if (!challenge.isAbandoned(now)) {
            return Future.succeededFuture(authorization);
        }
        var pending = new Pending(authorization, challenge, authorization.thumbprint());
        return known.change(
                        authorization.order(),
                        store.writeUnsynced(
                                handle -> AuthorizationRows.takeOver(handle, id, now, now.plus(validations.longest()))))
                .compose(mine -> mine ? soon(validate(pending)) : Future.succeededFuture())
                .compose(looked -> known.authorization(authorization.id()))
                .map(Optional::orElseThrow);
    }

    /** Most challenges are decided within milliseconds: an answer that says so saves the client its polls, of seconds with many. */
    private Future<Void> soon(Future<Void> validated) {
        return validated
                .timeout(LONGEST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    private Future<Void> validate(Pending pending) {
        var authorization = pending.authorization();
        var challenge = pending.challenge();
        running.incrementAndGet();
        var name = Identifier.proven(authorization.identifier());
        var proof = new Proof(name, addresses(name), challenge.token(), challenge.token() + "." + pending.thumbprint());
        return validations
                .validate(challenge.type(), proof)
                .compose(failure -> conclude(authorization, challenge, failure))
                .onComplete(done -> running.decrementAndGet())
                .onFailure(broken -> log.atWarn()
                        .addKeyValue("identity", authorization.identifier())
                        .setCause(broken)
                        .log("outcome of an ACME challenge could not be stored"));
    }

    private Future<Void> conclude(Authorization authorization, Challenge challenge, Optional<Problem> failure) {
        failure.ifPresent(problem -> ledger.challengeFailed(authorization, problem));
        return known.change(authorization.order(), store.writeUnsynced(handle -> {
                    failure.ifPresentOrElse(
                            problem -> AuthorizationRows.fail(handle, authorization, challenge.id(), problem),
                            () -> AuthorizationRows.pass(handle, authorization, challenge.id(), clock.instant()));
                    return true;
                }))
                .mapEmpty();
    }

    /** An address leads to itself. Fleet names resolve to where the device is known to live, never by DNS. */
    private Supplier<Future<List<InetAddress>>> addresses(String name) {
        if (CertificateRequest.isAddress(name)) {
            return () -> Future.succeededFuture(List.of(AddressRange.address(name)));
        }
        return policy.device(List.of(name))
                .<Supplier<Future<List<InetAddress>>>>map(device -> () -> issuer.device(device)
                        .map(claimed -> claimed.orElseThrow(() -> new AcmeRefusal(
                                Kind.DNS, Printable.quoted(name) + " is not claimed by any device any more")))
                        .map(claimed -> List.of(AddressRange.address(claimed.address()))))
                .orElse(() -> names.resolve(name));
    }

    private static Challenge challenge(Authorization authorization, String id) {
        return authorization.challenges().stream()
                .filter(challenge -> challenge.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Answer shown(Authorization authorization, Links links) {
        var answer = Answer.json(200, AuthorizationView.of(authorization, clock.instant(), links));
        return isInProgress(authorization) ? answer.retryAfter(SOON) : answer;
    }

    private static Answer shown(Authorization authorization, String challenge, Links links) {
        var answer = Answer.json(200, ChallengeView.of(challenge(authorization, challenge), links))
                .link(links.authorization(authorization.id()), "up");
        return isInProgress(authorization) ? answer.retryAfter(SOON) : answer;
    }

    private static boolean isInProgress(Authorization authorization) {
        return authorization.challenges().stream()
                .anyMatch(challenge -> challenge.status() == ChallengeStatus.PROCESSING);
    }

    private static Authorization own(Optional<Authorization> found, ByAccount signed) {
        var authorization = found.orElseThrow(() -> new AcmeRefusal(
                Problem.of(Kind.MALFORMED, "there is no such authorization").as(404)));
        if (!authorization.account().equals(signed.account().id())) {
            throw new AcmeRefusal(Kind.UNAUTHORIZED, "the authorization belongs to another account");
        }
        Origin.join(authorization.order());
        return authorization;
    }
}
