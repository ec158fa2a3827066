package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.config.CannotStart;
import io.lumia.config.TlsConfig;
import io.lumia.config.WebConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Listeners;
import io.lumia.store.Store;
import io.lumia.tls.ListenerCertificate;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.ListenerCertificates.Wanted;
import io.lumia.tls.TlsOptions;
import io.lumia.tls.TrustBundle;
import io.lumia.web.ApiRoutes.ApiRoute;
import io.lumia.web.gui.Gui;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The admin API: plain HTTP on loopback, HTTPS with a certificate of our own authority beyond. */
public final class WebVerticle extends VerticleBase {
    private static final Duration REQUEST = Duration.ofSeconds(15);
    private static final String LISTENER = "gui";
    static final CountOverdue USUAL_POLICY = new CountOverdue(1.0 / 3, null);

    private final WebConfig config;
    private final ListenerCertificates certificates;
    private final Path data;
    private final @Nullable Store store;
    private final Clock clock;
    private final CountOverdue policy;
    private final Duration patience;
    private @Nullable AdminToken token;
    private @Nullable WebRoutes routes;
    private @Nullable HttpServer server;

    /** In a process without a store: the first token alone lets in. */
    public WebVerticle(WebConfig config, TlsConfig tls, Path data, Clock clock) {
        this(config, new ListenerCertificates(data, tls, clock), data, null, USUAL_POLICY, clock);
    }

    /** With the usual policy. */
    public WebVerticle(
            WebConfig config, ListenerCertificates certificates, Path data, @Nullable Store store, Clock clock) {
        this(config, certificates, data, store, USUAL_POLICY, clock);
    }

    /**
     * @param certificates where the listener's comes from
     * @param store where named tokens and the roles of certificates are kept; null in a process without one
     * @param policy by which renewals are overdue
     */
    public WebVerticle(
            WebConfig config,
            ListenerCertificates certificates,
            Path data,
            @Nullable Store store,
            CountOverdue policy,
            Clock clock) {
        this(config, certificates, data, store, policy, clock, REQUEST);
    }

    /** @param patience how long a request may take to be there with its body */
    WebVerticle(
            WebConfig config,
            ListenerCertificates certificates,
            Path data,
            @Nullable Store store,
            CountOverdue policy,
            Clock clock,
            Duration patience) {
        this.config = config;
        this.certificates = certificates;
        this.data = data;
        this.store = store;
        this.clock = clock;
        this.policy = policy;
        this.patience = patience;
    }

    /** The TCP port it listens on; after deployment. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("the admin API is not deployed");
        }
        return server.actualPort();
    }

    /** The routes below {@code /api/v1}; after deployment. */
    List<ApiRoute> routes() {
        return routes == null ? List.of() : routes.all();
    }

    /** Whether it serves HTTPS. */
    public boolean https() {
        return config.https();
    }

    /** The admin token, when this start made it: to be shown this once. */
    public Optional<String> newToken() {
        return Optional.ofNullable(token).flatMap(AdminToken::made);
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> AdminToken.open(config.token(), data), false)
                .onSuccess(opened -> token = opened)
                .compose(opened -> vertx.executeBlocking(() -> PeerTokens.read(config.peerTokenFiles()), false)
                        .compose(peers -> vertx.executeBlocking(OpenApiDocument::assemble, false)
                                .compose(document -> open(opened, peers, document))));
    }

    private Future<Void> open(AdminToken first, PeerTokens peers, OpenApiDocument document) {
        var guard = new ConnectionGuard(vertx, patience);
        var sources = Gui.Sources.of(vertx, policy, clock);
        var answering = new WebRoutes(vertx, config, first, peers, document, store, sources.feed(), guard, clock);
        routes = answering;
        return FleetBus.WEB_STATISTICS
                .serve(vertx, asked -> Future.succeededFuture(answering.statistics()))
                .compose(served -> sources.start(vertx))
                .compose(listening -> Gui.open(vertx, sources, answering.visitors(), clock))
                .compose(gui -> serve(answering.router(gui), guard));
    }

    private Future<Void> serve(Router router, ConnectionGuard guard) {
        return config.https() ? secure(router, guard) : plain(router, guard);
    }

    private Future<Void> plain(Router router, ConnectionGuard guard) {
        return listen(Listeners.options(config.host(), config.port()), router, guard)
                .mapEmpty();
    }

    private Future<Void> secure(Router router, ConnectionGuard guard) {
        var section = config.tls();
        boolean demandsClients = section.mtls().requireClientCert();
        var wanted = new Wanted(LISTENER, "web.tls", config.host(), config.names(), section, demandsClients);
        return certificates
                .open(vertx, wanted)
                .compose(certificate -> demandsClients ? trustOthers(certificate) : Future.succeededFuture(certificate))
                .compose(certificate -> {
                    var options = TlsOptions.apply(
                            Listeners.options(config.host(), config.port()), certificates.tls(section));
                    options.setKeyCertOptions(certificate.keyCertOptions());
                    askClients(options, certificate);
                    return listen(options, router, guard)
                            .compose(open -> certificate.serveRenewals(config.host(), port(), demandsClients))
                            .compose(served -> certificate.followTrust(TrustHolder.LISTENER, () -> {}));
                });
    }

    /** Whoever has none is let in as well, where none is demanded, and shows a token. */
    private void askClients(HttpServerOptions options, ListenerCertificate certificate) {
        if (config.tls().mtls().requireClientCert()) {
            options.setClientAuth(ClientAuth.REQUIRED)
                    .setTrustOptions(certificate.clientTrust().trustOptions());
        } else if (!certificate.trust().roots().isEmpty()) {
            options.setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(certificate.trust().trustOptions());
        }
    }

    /** Read once; unlike the broker's these are not taken when they change. */
    private Future<ListenerCertificate> trustOthers(ListenerCertificate certificate) {
        var files = config.tls().mtls().clientCaFiles();
        return vertx.executeBlocking(
                        () -> TrustBundle.read(
                                "web.tls.mtls.client-ca-files",
                                files,
                                certificate.trust().roots()),
                        false)
                .recover(unusable ->
                        Future.failedFuture(new CannotStart(String.valueOf(unusable.getMessage()), unusable)))
                .compose(certificate::trustAlso)
                .map(certificate);
    }

    private Future<HttpServer> listen(HttpServerOptions options, Router router, ConnectionGuard guard) {
        return vertx.createHttpServer(options)
                .connectionHandler(guard::opened)
                .invalidRequestHandler(this::malformed)
                .requestHandler(router)
                .listen()
                .onSuccess(listening -> server = listening)
                .recover(cause -> Future.failedFuture(new CannotStart(
                        Listeners.cannotListen("web.port", config.host(), config.port(), cause), cause)));
    }

    private void malformed(HttpServerRequest request) {
        if (routes != null) {
            routes.malformed(request);
        }
        Listeners.malformed(request);
    }
}
