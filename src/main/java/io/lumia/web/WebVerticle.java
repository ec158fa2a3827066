package io.lumia.web;

import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.config.CannotStart;
import io.lumia.config.TlsConfig;
import io.lumia.config.WebConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Listeners;
import io.lumia.http.Origins;
import io.lumia.tls.ListenerCertificate;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.ListenerCertificates.Wanted;
import io.lumia.tls.TlsOptions;
import io.lumia.tls.TrustBundle;
import io.lumia.web.gui.Gui;
import io.lumia.web.live.EventFeed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The admin API: plain HTTP on loopback, HTTPS with a certificate of our own authority beyond. */
public final class WebVerticle extends VerticleBase {
    private static final int LARGEST_BODY = 64 * 1024;
    private static final Duration REQUEST = Duration.ofSeconds(15);
    private static final String LISTENER = "gui";
    private static final CountOverdue USUAL_POLICY = new CountOverdue(1.0 / 3, null);

    private final WebConfig config;
    private final ListenerCertificates certificates;
    private final Path data;
    private final Clock clock;
    private final CountOverdue policy;
    private @Nullable HttpServer server;

    public WebVerticle(WebConfig config, TlsConfig tls, Path data, Clock clock) {
        this(config, new ListenerCertificates(data, tls, clock), data, USUAL_POLICY, clock);
    }

    /**
     * @param certificates where the listener's comes from
     * @param policy by which renewals are overdue
     */
    public WebVerticle(
            WebConfig config, ListenerCertificates certificates, Path data, CountOverdue policy, Clock clock) {
        this.config = config;
        this.certificates = certificates;
        this.data = data;
        this.clock = clock;
        this.policy = policy;
    }

    /** The TCP port it listens on; after deployment. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("the admin API is not deployed");
        }
        return server.actualPort();
    }

    /** Whether it serves HTTPS. */
    public boolean https() {
        return config.https();
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> AdminToken.open(config.token(), data), false)
                .compose(token -> open(token, new ConnectionGuard(vertx, REQUEST)));
    }

    private Future<Void> open(AdminToken token, ConnectionGuard guard) {
        var sources = Gui.Sources.of(vertx, policy, clock);
        return sources.start(vertx)
                .compose(listening -> Gui.open(vertx, sources, new TokenVisitors(token), clock))
                .compose(gui -> serve(router(token, guard, sources.feed(), gui), guard));
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
                    if (demandsClients) {
                        options.setClientAuth(ClientAuth.REQUIRED)
                                .setTrustOptions(certificate.clientTrust().trustOptions());
                    }
                    return listen(options, router, guard)
                            .compose(open -> certificate.serveRenewals(config.host(), port(), demandsClients));
                });
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
                .invalidRequestHandler(Listeners::malformed)
                .requestHandler(router)
                .listen()
                .onSuccess(listening -> server = listening)
                .recover(cause -> Future.failedFuture(new CannotStart(
                        Listeners.cannotListen("web.port", config.host(), config.port(), cause), cause)));
    }

    private Router router(AdminToken token, ConnectionGuard guard, EventFeed feed, Gui gui) {
        var doorman = new Doorman(token, config.names(), config.onLoopback(), clock);
        var below = Router.router(vertx);
        var api = new ApiRoutes(below, clock);
        new CertificatesApi(new AuditTrail(vertx, clock)).mount(api);
        new ProvisioningApi().mount(api);
        new FleetApi(clock).mount(api);
        new ExternalKeysApi().mount(api);
        new AcmeApi().mount(api);
        new ListenersApi().mount(api);
        new CallsApi(vertx).mount(api);
        new EventsApi(feed).mount(api);

        var router = Router.router(vertx);
        router.route().handler(WebVerticle::beginOrigin);
        router.route().handler(WebVerticle::strictHeaders);
        router.route().handler(doorman::checkHost);
        if (config.tls().mtls().requireClientCert()) {
            router.route().handler(new ClientNames(config.tls().mtls().allowedClientCns())::check);
        }
        router.route("/api/v1/*").handler(doorman::checkToken);
        router.route().handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
        router.route().handler(context -> {
            guard.arrived(context.request().connection());
            context.next();
        });
        router.route("/api/v1/*").subRouter(below);
        router.route("/api/*").failureHandler(Answers::failed);
        router.route("/api/*").handler(context -> context.fail(404));
        gui.mount(router);
        router.route().failureHandler(Answers::failed);
        for (int status : new int[] {400, 404, 405, 413}) {
            router.errorHandler(status, Answers::failed);
        }
        return router;
    }

    private static void beginOrigin(RoutingContext context) {
        Origins.begin(context.request());
        context.next();
    }

    private static void strictHeaders(RoutingContext context) {
        context.response()
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        context.next();
    }
}
