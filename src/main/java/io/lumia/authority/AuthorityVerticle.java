package io.lumia.authority;

import io.lumia.authority.acme.AcmeServer;
import io.lumia.authority.revocation.RevocationService;
import io.lumia.authority.stepapi.Issuers;
import io.lumia.authority.stepapi.StepApi;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.FleetConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.config.TlsConfig;
import io.lumia.crypto.CryptoProviders;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Listeners;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.store.CaRotations.Rotation;
import io.lumia.store.Store;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.ListenerCertificates.Wanted;
import io.lumia.tls.TlsOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The embedded CA: opens or makes root and intermediate, answers the authority's calls on the bus, and serves HTTPS and plain HTTP. Its own
 * listener's certificate is one that it issues. The start fails with {@link CannotStart} when the CA's files or ports cannot be used.
 */
public final class AuthorityVerticle extends VerticleBase {
    private static final RenewalPolicy THIRDS = new RenewalPolicy(1 / 3.0, null, 1 / 3.0);
    /** Of a device's lifetime, as in {@link io.lumia.lifecycle.DrainSchedule}. */
    private static final int DRAINING = 6;

    private static final int KEPT_NEWS = 10_000;
    private static final Duration LONGEST_SIGNING = Duration.ofSeconds(10);

    private final AuthorityConfig config;
    private final LifetimesConfig lifetimes;
    private final FleetConfig fleet;
    private final ListenerCertificates certificates;
    private final Path data;
    private final Store store;
    private final Clock clock;
    private final RenewalPolicy renewals;
    private final PlainAddresses addresses;
    private volatile @Nullable Running running;
    private volatile int httpsPort;
    private volatile int httpPort;

    private final List<HttpServer> listeners = new ArrayList<>();

    /** What exists once the CA is open. */
    private record Running(
            CaRotationDesk desk,
            Issuance issuance,
            Register register,
            AcmeServer acme,
            StepApi step,
            RevocationService revocations,
            WorkerExecutor signers,
            Shedding shedding) {}

    /** @param data the data directory; the CA's files are in its folder {@code ca} */
    public AuthorityVerticle(
            AuthorityConfig config,
            LifetimesConfig lifetimes,
            FleetConfig fleet,
            TlsConfig tls,
            Path data,
            Store store,
            Clock clock) {
        this(config, lifetimes, fleet, new ListenerCertificates(data, tls, clock), data, store, clock, THIRDS);
    }

    /**
     * @param certificates where the listener's comes from
     * @param renewals which clients are told when they ask (RFC 9773)
     */
    public AuthorityVerticle(
            AuthorityConfig config,
            LifetimesConfig lifetimes,
            FleetConfig fleet,
            ListenerCertificates certificates,
            Path data,
            Store store,
            Clock clock,
            RenewalPolicy renewals) {
        this.config = config;
        this.lifetimes = lifetimes;
        this.fleet = fleet;
        this.certificates = certificates;
        this.data = data;
        this.store = store;
        this.clock = clock;
        this.renewals = renewals;
        this.addresses = PlainAddresses.of(config);
    }

    @Override
    public Future<?> start() {
        httpsPort = config.port();
        httpPort = config.httpPort();
        return openCa().compose(opened ->
                answerCalls(opened).compose(serving -> listenHttp(opened)).compose(serving -> listenHttps(opened)));
    }

    @Override
    public Future<?> stop() {
        var opened = running;
        if (opened == null) {
            return Future.succeededFuture();
        }
        opened.desk.close();
        return closeListeners()
                .eventually(opened.acme::close)
                .eventually(opened.step::close)
                .eventually(opened.revocations::close)
                .eventually(opened.signers::close);
    }

    /** Before the workers, so that no request finds them gone. */
    private Future<?> closeListeners() {
        return Future.join(listeners.stream().map(HttpServer::close).toList());
    }

    /** The port of HTTPS; meaningful after deployment. */
    public int httpsPort() {
        return httpsPort;
    }

    /** The port of plain HTTP; meaningful after deployment. */
    public int httpPort() {
        return httpPort;
    }

    /** Under which clients reach the CA, without trailing slash; meaningful after deployment. */
    public String publicUrl() {
        var configured = config.publicUrl();
        return configured == null
                ? "https://" + PlainAddresses.urlHost(config.names().get(0)) + ":" + httpsPort
                : configured.toString().replaceAll("/+$", "");
    }

    /** The CA's certificates and addresses; meaningful after deployment. */
    public AuthorityDescription description() {
        var state = Objects.requireNonNull(running, "the authority has not started")
                .desk
                .state();
        var ca = state.issuing();
        var directories = new LinkedHashMap<String, String>();
        for (String provisioner : config.acme().provisioners().keySet()) {
            directories.put(provisioner, publicUrl() + "/acme/" + provisioner + "/directory");
        }
        return new AuthorityDescription(
                state.bundlePem(),
                state.intermediatesPem(),
                ca.rootFingerprint().hex(),
                ca.root().getNotAfter().toInstant(),
                ca.isSingle() ? null : ca.issuer().certificate().getNotAfter().toInstant(),
                publicUrl(),
                directories);
    }

    private Future<Running> openCa() {
        var signers = vertx.createSharedWorkerExecutor(
                "lumia-signer", config.signingThreads(), LONGEST_SIGNING.toMillis(), TimeUnit.MILLISECONDS);
        var directory = data.resolve("ca");
        var keeper = new CaKeeper(
                new CaDirectory(data, config, addresses.ofRoot(Ca.rootName(1)), clock),
                new CaGenerations(directory, config, addresses, System.getenv(), clock),
                clock);
        return Future.all(store.certificates().any(), store.caRotations().all())
                .compose(known -> signers.executeBlocking(
                                () -> {
                                    CryptoProviders.install();
                                    return keeper.load(known.resultAt(1), known.resultAt(0));
                                },
                                false)
                        .compose(state -> openRevocations(state, keeper, signers)
                                .map(revocations ->
                                        run(state, last(known.resultAt(1)), keeper, revocations, signers))));
    }

    private static @Nullable Rotation last(List<Rotation> rotations) {
        return rotations.isEmpty() ? null : rotations.get(rotations.size() - 1);
    }

    private Future<RevocationService> openRevocations(CaState state, CaKeeper keeper, WorkerExecutor signers) {
        return RevocationService.open(
                vertx, config, data.resolve("ca"), store, authorities(state, keeper), signers, clock);
    }

    private List<RevocationService.Authority> authorities(CaState state, CaKeeper keeper) {
        return state.serving().stream()
                .map(ca -> new RevocationService.Authority(
                        ca.rootName(),
                        ca.issuerName(),
                        ca.root(),
                        ca.region() == null ? () -> keeper.root(ca) : null,
                        ca.issuer(),
                        addresses.ofLeaves(ca),
                        state.revokedBy(ca.root())))
                .toList();
    }

    private Issuance.Signing signing(CaState state) {
        var issuer = state.issuing().issuer().certificate();
        return new Issuance.Signing(
                state,
                new IssuingRules(fleet.domain(), lifetimes, config, issuer),
                addresses.ofLeaves(state.issuing()));
    }

    private Running run(
            CaState state,
            @Nullable Rotation rotation,
            CaKeeper keeper,
            RevocationService revocations,
            WorkerExecutor signers) {
        var known = new KnownCertificates(store.isShared());
        var shedding = new Shedding(vertx);
        var issuance = new Issuance(vertx, config, signing(state), store, known, signers, shedding, clock);
        var desk = new CaRotationDesk(
                vertx,
                store,
                keeper,
                signers,
                state,
                rotation,
                next -> revocations.serve(authorities(next, keeper)),
                next -> issuance.signBy(signing(next)),
                lifetimes.device().dividedBy(DRAINING),
                clock);
        var acme = new AcmeServer(
                vertx, config.acme(), fleet, lifetimes, store, issuance, renewals, desk::draining, clock);
        var step = new StepApi(vertx, config, lifetimes, data, store, () -> issuers(desk.state()), issuance, clock);
        var register = new Register(vertx, store, known, revocations, clock);
        var opened = new Running(desk, issuance, register, acme, step, revocations, signers, shedding);
        running = opened;
        return opened;
    }

    private static Issuers issuers(CaState state) {
        return new Issuers(
                state.trusted(),
                state.accepted().stream().map(ca -> ca.issuer().certificate()).toList());
    }

    private Future<?> answerCalls(Running opened) {
        return Future.all(List.of(
                FleetBus.ISSUE_CERTIFICATE.serve(vertx, opened.issuance::issue),
                FleetBus.DESCRIBE_CERTIFICATE.serve(vertx, opened.register::describe),
                FleetBus.REVOKE_CERTIFICATE.serve(vertx, opened.register::revoke),
                FleetBus.LIST_CERTIFICATES.serve(vertx, opened.register::list),
                FleetBus.COUNT_CERTIFICATES.serve(vertx, asked -> opened.register.count()),
                FleetBus.COUNT_OVERDUE.serve(vertx, opened.register::overdue),
                FleetBus.FORECAST_RENEWALS.serve(
                        vertx, asked -> store.claims().renewalsAhead(renewals, clock.instant())),
                FleetBus.LIST_SOONEST.serve(vertx, asked -> store.claims().soonest(asked.count(), clock.instant())),
                FleetBus.LIST_DEVICES.serve(vertx, opened.register::devices),
                FleetBus.RELEASE_NAME.serve(vertx, opened.register::release),
                new News(vertx, KEPT_NEWS).serve(),
                new TrustDesk(vertx, store, () -> opened.desk.state().bundle(), clock).serve(),
                opened.desk.serve(),
                FleetBus.REVOCATION_STATISTICS.serve(
                        vertx, asked -> Future.succeededFuture(opened.revocations.statistics())),
                FleetBus.DESCRIBE_AUTHORITY.serve(vertx, asked -> Future.succeededFuture(description()))));
    }

    private Future<?> listenHttp(Running opened) {
        var guard = new ConnectionGuard(vertx, config.requestTimeout());
        var options = Listeners.options(config.host(), config.httpPort());
        var router = new CaRoutes(vertx, opened.desk::state, guard).http();
        opened.revocations.mountPlain(router);
        return listen(options, guard, router, "authority.http-port")
                .onSuccess(server -> httpPort = server.actualPort());
    }

    private Future<?> listenHttps(Running opened) {
        var guard = new ConnectionGuard(vertx, config.requestTimeout());
        var router =
                new CaRoutes(vertx, opened.desk::state, guard).https(new Admission(config.requests(), opened.shedding));
        opened.acme.mount(router, this::publicUrl);
        opened.revocations.mountSecure(router);
        new TrustRoutes(vertx).mount(router);
        // Each uses a key under a password at the first start, which takes a while.
        var crls = opened.revocations.start();
        var step = opened.step.mount(router, publicUrl());
        return opened.acme
                .start()
                .compose(started -> certificates.open(vertx, wanted()))
                .compose(certificate -> Future.all(step, crls).map(certificate))
                .compose(certificate -> {
                    var options = TlsOptions.apply(
                                    Listeners.options(config.host(), config.port()), certificates.tls(config.tls()))
                            .setKeyCertOptions(certificate.keyCertOptions())
                            .setClientAuth(ClientAuth.REQUEST)
                            .setTrustOptions(opened.step.clientTrust());
                    return listen(options, guard, router, "authority.port")
                            .onSuccess(server -> httpsPort = server.actualPort())
                            .compose(server -> certificate.serveRenewals(config.host(), server.actualPort(), false))
                            .compose(served -> certificate.followTrust(TrustHolder.LISTENER, () -> {}));
                });
    }

    private Wanted wanted() {
        return new Wanted("authority", "authority.tls", config.host(), config.names(), config.tls(), false);
    }

    private Future<HttpServer> listen(HttpServerOptions options, ConnectionGuard guard, Router router, String key) {
        return vertx.createHttpServer(options.setHandle100ContinueAutomatically(true))
                .connectionHandler(guard::opened)
                .invalidRequestHandler(Listeners::malformed)
                .requestHandler(router)
                .listen()
                .onSuccess(listeners::add)
                .recover(cause -> Future.failedFuture(new CannotStart(
                        Listeners.cannotListen(key, options.getHost(), options.getPort(), cause), cause)));
    }
}
