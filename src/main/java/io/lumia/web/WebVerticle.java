package io.lumia.web;

import io.lumia.config.CannotStart;
import io.lumia.config.TlsConfig;
import io.lumia.config.WebConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Listeners;
import io.lumia.tls.ListenerCertificate;
import io.lumia.tls.TlsOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
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

    private final WebConfig config;
    private final TlsConfig tls;
    private final Path data;
    private final Clock clock;
    private final boolean loopback;
    private @Nullable HttpServer server;

    public WebVerticle(WebConfig config, TlsConfig tls, Path data, Clock clock) {
        this.config = config;
        this.tls = tls;
        this.data = data;
        this.clock = clock;
        this.loopback = Doorman.isLoopback(config.host());
    }

    /** The TCP port it listens on; after deployment. */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("the admin API is not deployed");
        }
        return server.actualPort();
    }

    /** Whether it serves HTTPS, as it does beyond loopback. */
    public boolean https() {
        return !loopback;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> AdminToken.open(config.token(), data), false)
                .compose(token -> open(token, new ConnectionGuard(vertx, REQUEST)));
    }

    private Future<Void> open(AdminToken token, ConnectionGuard guard) {
        var router = router(token, guard);
        return loopback ? plain(router, guard) : secure(router, guard);
    }

    private Future<Void> plain(Router router, ConnectionGuard guard) {
        return listen(Listeners.options(config.host(), config.port()), router, guard)
                .mapEmpty();
    }

    private Future<Void> secure(Router router, ConnectionGuard guard) {
        return ListenerCertificate.open(vertx, LISTENER, config.names(), data, tls, clock)
                .compose(certificate -> {
                    var options = TlsOptions.apply(Listeners.options(config.host(), config.port()), tls);
                    options.setKeyCertOptions(certificate.keyCertOptions());
                    return listen(options, router, guard)
                            .compose(open -> certificate.serveRenewals(config.host(), port(), false));
                });
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

    private Router router(AdminToken token, ConnectionGuard guard) {
        var doorman = new Doorman(token, config.names(), loopback, clock);
        var api = Router.router(vertx);
        new CertificatesApi(new AuditTrail(vertx, clock)).mount(api);
        new ProvisioningApi().mount(api);
        new FleetApi(clock).mount(api);
        new ExternalKeysApi().mount(api);
        new AcmeApi().mount(api);
        new ListenersApi().mount(api);
        new CallsApi(vertx).mount(api);

        var router = Router.router(vertx);
        router.route().handler(WebVerticle::strictHeaders);
        router.route().handler(doorman::checkHost);
        router.route("/api/v1/*").handler(doorman::checkToken);
        router.route().handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
        router.route().handler(context -> {
            guard.arrived(context.request().connection());
            context.next();
        });
        router.route("/api/v1/*").subRouter(api);
        router.route().failureHandler(Answers::failed);
        for (int status : new int[] {400, 404, 405, 413}) {
            router.errorHandler(status, Answers::failed);
        }
        return router;
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
