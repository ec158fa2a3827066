package io.lumia.authority.acme;

import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.authority.acme.RequestGate.BySelf;
import io.lumia.authority.acme.Views.DirectoryView;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.NodeId;
import io.lumia.config.AcmeConfig;
import io.lumia.config.FleetConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ACME server (RFC 8555): one directory for each provisioner, at {@code /acme/PROVISIONER/directory}. */
public final class AcmeServer {
    private static final Logger log = LoggerFactory.getLogger(AcmeServer.class);
    private static final int MOST_NONCES = 100_000;
    private static final int VERIFIERS = 2;

    private final AcmeConfig config;
    private final Store store;
    private final WorkerExecutor worker;
    private final Names names;
    private final Validations validations;
    private final Nonces nonces;
    private final NonceDesk nonceDesk;
    private final RequestGate gate;
    private final AccountResource accounts;
    private final OrderResource orders;
    private final ChallengeResource challenges;
    private final ExternalKeyDesk externalKeys;
    private final KeyChangeResource keys;
    private final RenewalPlan plan;
    private final RenewalInfoResource renewals;
    private final RevocationResource revocations;
    private final ListingDesk listings;

    public AcmeServer(
            Vertx vertx,
            AcmeConfig config,
            FleetConfig fleet,
            LifetimesConfig lifetimes,
            Store store,
            AcmeIssuer issuer,
            RenewalPolicy renewalPolicy,
            Function<CertificateRecord, Optional<Instant>> draining,
            Clock clock) {
        this.config = config;
        this.store = store;
        var randomness = new SecureRandom();
        var ledger = new AcmeLedger(vertx, clock);
        var policy = new NamePolicy(fleet.domain(), config.bindFleetNames());
        worker = vertx.createSharedWorkerExecutor("lumia-acme", VERIFIERS);
        names = new Names(vertx, config.resolver(), config.validationTimeout());
        validations = new Validations(vertx, config, names);
        nonces = new Nonces(NodeId.of(vertx).incarnation(), randomness, MOST_NONCES);
        nonceDesk = new NonceDesk(vertx, nonces);
        var known = new KnownAccounts();
        gate = new RequestGate(store, nonceDesk, worker, known, config.faults().nonceRejection(), randomness);
        var limits = new RateLimits(config.limits(), store, clock);
        externalKeys = new ExternalKeyDesk(vertx, store, config.provisioners().keySet(), ledger, randomness, clock);
        listings = new ListingDesk(vertx, store, clock);
        keys = new KeyChangeResource(store, worker, known, ledger);
        accounts = new AccountResource(store, known, this::demandsBinding, limits, ledger, randomness, clock);
        var knownOrders = new KnownOrders(store, clock);
        var finalization = new Finalization(store, knownOrders, issuer, policy, config, lifetimes, worker, clock);
        plan = new RenewalPlan(vertx, store, renewalPolicy, draining, clock);
        renewals = new RenewalInfoResource(vertx, store, plan);
        orders = new OrderResource(
                store, knownOrders, issuer, policy, finalization, renewals, config, limits, ledger, randomness, clock);
        challenges = new ChallengeResource(store, knownOrders, issuer, policy, names, validations, ledger, clock);
        revocations = new RevocationResource(vertx, store, clock);
    }

    /** Takes up what a crash interrupted and answers operators; to be called before the routes serve. */
    public Future<Void> start() {
        if (config.faults().any()) {
            log.warn("the ACME server makes faults on purpose (authority.acme.faults): for testing clients only");
        }
        return takeUp().compose(taken -> nonceDesk.open())
                .compose(taken -> externalKeys.open())
                .compose(opened -> listings.open())
                .compose(opened -> plan.start());
    }

    /** With other nodes at work on the same orders, what one of them left is taken up by the client's next request, once its time is over. */
    private Future<?> takeUp() {
        return store.isShared()
                ? Future.succeededFuture()
                : store.write(OrderRows::releaseAll).compose(released -> challenges.resume());
    }

    /** Ends validations in flight; the routes must not serve any more. */
    public Future<Void> close() {
        plan.close();
        return validations.close().eventually(names::close).eventually(worker::close);
    }

    /**
     * Adds the routes.
     *
     * @param baseUrl under which clients reach the router's listener, without trailing slash; asked at each request
     */
    public void mount(Router router, Supplier<String> baseUrl) {
        var routes = new AcmeRoutes(router, config.provisioners().keySet(), nonces, baseUrl);
        routes.begin();
        routes.open(HttpMethod.GET, "/directory", this::directory);
        routes.open(HttpMethod.HEAD, "/new-nonce", exchange -> Future.succeededFuture(Answer.empty(200)));
        routes.open(HttpMethod.GET, "/new-nonce", exchange -> Future.succeededFuture(Answer.empty(204)));
        routes.open(HttpMethod.GET, "/renewal-info/:id", renewals::show);
        routes.signed("/new-account", self(accounts::create));
        routes.signed("/account/:id", account(accounts::update));
        routes.signed("/account/:id/orders", account(accounts::orders));
        routes.signed("/new-order", account(orders::create));
        routes.signed("/order/:id", account(orders::show));
        routes.signed("/order/:id/finalize", account(orders::finish));
        routes.signed("/certificate/:id", account(orders::certificate));
        routes.signed("/authorization/:id", account(challenges::authorization));
        routes.signed("/challenge/:id", account(challenges::challenge));
        routes.signed("/key-change", account(keys::change));
        routes.signed("/revoke-cert", this::revoke);
        routes.end();
    }

    private boolean demandsBinding(String provisioner) {
        var settings = config.provisioners().get(provisioner);
        return settings != null && settings.demandsExternalAccount();
    }

    private Future<Answer> directory(Exchange exchange) {
        var profiles = new LinkedHashMap<String, String>();
        config.profiles()
                .forEach(
                        (name, profile) -> profiles.put(name, Objects.requireNonNullElse(profile.description(), name)));
        return Future.succeededFuture(
                Answer.json(200, DirectoryView.of(exchange.links(), demandsBinding(exchange.provisioner()), profiles)));
    }

    private Function<Exchange, Future<Answer>> self(BiFunction<BySelf, Exchange, Future<Answer>> resource) {
        return exchange ->
                gate.read(exchange).compose(gate::bySelf).compose(signed -> resource.apply(signed, exchange));
    }

    private Function<Exchange, Future<Answer>> account(BiFunction<ByAccount, Exchange, Future<Answer>> resource) {
        return exchange -> gate.read(exchange)
                .compose(request -> gate.byAccount(request, exchange))
                .compose(signed -> resource.apply(signed, exchange));
    }

    /** The one resource that takes either kind of key (RFC 8555, 7.6). */
    private Future<Answer> revoke(Exchange exchange) {
        return gate.read(exchange)
                .compose(request -> request.jwk() == null
                        ? gate.byAccount(request, exchange).compose(revocations::byAccount)
                        : gate.bySelf(request).compose(revocations::byKey));
    }
}
