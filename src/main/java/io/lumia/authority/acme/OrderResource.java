package io.lumia.authority.acme;

import io.lumia.authority.acme.Authorization.Challenge;
import io.lumia.authority.acme.Authorization.Status;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.authority.acme.Views.OrderView;
import io.lumia.bus.Origin;
import io.lumia.config.AcmeConfig;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.store.Store;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Orders and their certificates (RFC 8555, 7.4). */
final class OrderResource {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Store store;
    private final KnownOrders known;
    private final AcmeIssuer issuer;
    private final NamePolicy policy;
    private final Finalization finalization;
    private final RenewalInfoResource renewals;
    private final AcmeConfig config;
    private final RateLimits limits;
    private final AcmeLedger ledger;
    private final SecureRandom randomness;
    private final Clock clock;

    OrderResource(
            Store store,
            KnownOrders known,
            AcmeIssuer issuer,
            NamePolicy policy,
            Finalization finalization,
            RenewalInfoResource renewals,
            AcmeConfig config,
            RateLimits limits,
            AcmeLedger ledger,
            SecureRandom randomness,
            Clock clock) {
        this.store = store;
        this.known = known;
        this.issuer = issuer;
        this.policy = policy;
        this.finalization = finalization;
        this.renewals = renewals;
        this.config = config;
        this.limits = limits;
        this.ledger = ledger;
        this.randomness = randomness;
        this.clock = clock;
    }

    private record NewOrder(
            @Nullable List<Identifier> identifiers,
            @Nullable String notBefore,
            @Nullable String notAfter,
            @Nullable String replaces,
            @Nullable String profile) {}

    /** RFC 8555, 7.4. */
    Future<Answer> create(ByAccount signed, Exchange exchange) {
        limits.newOrder(signed.account().id());
        var wanted = signed.request().payload(NewOrder.class);
        return Future.succeededFuture(wanted)
                .map(order -> names(order, exchange.provisioner()))
                .compose(names -> permitted(names, signed))
                .compose(names -> renewals.requireReplaceable(wanted.replaces(), names, signed.account())
                        .map(names))
                .compose(names -> keep(drafted(names, wanted, signed.account(), exchange.provisioner())))
                .map(order -> shown(order, 201, exchange.links())
                        .location(exchange.links().order(order.id())))
                .onFailure(refusal -> ledger.refused(signed.account().actor(), "acme.order", subject(wanted), refusal));
    }

    Future<Answer> show(ByAccount signed, Exchange exchange) {
        return own(signed, exchange.id()).map(order -> shown(order, 200, exchange.links()));
    }

    /** Signs before it answers, since not every client waits for an order that is processing. */
    Future<Answer> finish(ByAccount signed, Exchange exchange) {
        return own(signed, exchange.id())
                .compose(order -> finalization
                        .run(order, signed, exchange.provisioner())
                        .onFailure(refusal -> ledger.refused(
                                signed.account().actor(),
                                "acme.finalize",
                                String.join(" ", order.identifiers()),
                                refusal)))
                .compose(done -> own(signed, exchange.id()))
                .map(order -> shown(order, 200, exchange.links())
                        .location(exchange.links().order(order.id())));
    }

    /** RFC 8555, 7.4.2: the leaf, then its issuers without the root. No link "up": it is for formats that hold a single certificate. */
    Future<Answer> certificate(ByAccount signed, Exchange exchange) {
        return own(signed, exchange.id())
                .map(order -> Answer.typed(200, "application/pem-certificate-chain", issued(Optional.of(order))));
    }

    private List<String> names(NewOrder wanted, String provisioner) {
        if (isChosen(wanted.notBefore()) || isChosen(wanted.notAfter())) {
            throw AcmeRefusal.malformed("notBefore and notAfter cannot be chosen; the provisioner sets the lifetime");
        }
        var profile = wanted.profile();
        var profiles = config.profiles().keySet();
        if (profile != null && !profiles.contains(profile)) {
            throw new AcmeRefusal(
                    Kind.INVALID_PROFILE,
                    "there is no profile " + Printable.quoted(profile) + "; the directory lists "
                            + (profiles.isEmpty() ? "none" : String.join(", ", profiles)));
        }
        return policy.accept(wanted.identifiers(), provisioner(provisioner));
    }

    /** Clients in Go that choose none may send their zero time, as the step CLI does. */
    private static boolean isChosen(@Nullable String time) {
        return time != null && !time.equals("0001-01-01T00:00:00Z");
    }

    private Future<List<String>> permitted(List<String> names, ByAccount signed) {
        var device = policy.device(names);
        if (device.isEmpty()) {
            return Future.succeededFuture(names);
        }
        return issuer.device(device.get()).map(claimed -> {
            var unused = policy.permit(names.get(0), claimed, signed.key().fingerprint());
            return names;
        });
    }

    private Order drafted(List<String> names, NewOrder wanted, Account account, String provisioner) {
        var now = clock.instant();
        var id = Nonces.RandomId.next(randomness, now);
        Instant expires = now.plus(config.orderLifetime());
        var authorizations = names.stream()
                .map(name -> new Authorization(
                        Nonces.RandomId.next(randomness, now),
                        id,
                        account.id(),
                        account.thumbprint(),
                        provisioner,
                        name,
                        Status.PENDING,
                        expires,
                        challenges(now, name, provisioner)))
                .toList();
        return new Order(
                id,
                account.id(),
                names,
                expires,
                null,
                wanted.replaces(),
                wanted.profile(),
                null,
                null,
                authorizations);
    }

    private List<Challenge> challenges(Instant now, String identifier, String provisioner) {
        // One token for all: whichever way the client chooses, it proves the same.
        var token = Nonces.RandomId.next(randomness);
        return policy.challenges(identifier, provisioner(provisioner)).stream()
                .map(type -> Challenge.pending(Nonces.RandomId.next(randomness, now), type, token))
                .toList();
    }

    private Provisioner provisioner(String name) {
        return Objects.requireNonNull(config.provisioners().get(name), "the routes know the provisioners");
    }

    private Future<Order> keep(Order order) {
        Origin.join(order.id());
        return store.writeUnsynced(handle -> {
                    var now = clock.instant();
                    limits.newOrder(handle, order.account());
                    limits.requireRoom(OrderRows.unfinished(handle, order.account(), now));
                    OrderRows.insert(handle, order, now);
                    return order;
                })
                .onSuccess(known::made);
    }

    private Future<Order> own(ByAccount signed, String id) {
        return known.find(id).map(found -> {
            var order = found.orElseThrow(() -> missing("order"));
            if (!order.account().equals(signed.account().id())) {
                throw new AcmeRefusal(Kind.UNAUTHORIZED, "the order belongs to another account");
            }
            Origin.join(id);
            return order;
        });
    }

    private Answer shown(Order order, int status, Links links) {
        var now = clock.instant();
        var answer = Answer.json(status, OrderView.of(order, now, links));
        return OrderState.of(order, now) == OrderState.PROCESSING ? answer.retryAfter(SOON) : answer;
    }

    private static String issued(Optional<Order> order) {
        return order.map(Order::certificate).orElseThrow(() -> missing("certificate"));
    }

    private static AcmeRefusal missing(String what) {
        return new AcmeRefusal(
                Problem.of(Kind.MALFORMED, "there is no such " + what).as(404));
    }

    private static String subject(NewOrder wanted) {
        var identifiers = wanted.identifiers();
        return identifiers == null || identifiers.isEmpty()
                ? ""
                : Printable.quoted(String.valueOf(identifiers.get(0).value()));
    }
}
