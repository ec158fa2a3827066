package io.lumia.web;

import io.lumia.bus.FleetBus.WebStatistics;
import io.lumia.config.WebConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.Origins;
import io.lumia.store.Store;
import io.lumia.web.ApiRoutes.ApiRoute;
import io.lumia.web.gui.Gui;
import io.lumia.web.gui.Visitors;
import io.lumia.web.live.EventFeed;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the listener answers, in the order in which a request passes it. */
final class WebRoutes {
    private static final int LARGEST_BODY = 64 * 1024;

    private final Vertx vertx;
    private final WebConfig config;
    private final @Nullable Store store;
    private final EventFeed feed;
    private final ConnectionGuard guard;
    private final Clock clock;
    private final WebCounters counters = new WebCounters();
    private final Refusals refusals;
    private final Access access;
    private final ApiRoutes api;

    WebRoutes(
            Vertx vertx,
            WebConfig config,
            AdminToken first,
            PeerTokens peers,
            OpenApiDocument document,
            @Nullable Store store,
            EventFeed feed,
            ConnectionGuard guard,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.store = store;
        this.feed = feed;
        this.guard = guard;
        this.clock = clock;
        this.refusals = new Refusals(vertx, clock);
        this.access = new Access(vertx, config, first, peers, store, refusals, counters, clock);
        this.api = api(document);
    }

    /** Who uses the pages. */
    Visitors visitors() {
        return access.visitors();
    }

    Router router(Gui gui) {
        var router = Router.router(vertx);
        router.route().handler(WebRoutes::beginOrigin);
        router.route().handler(new StrictHeaders(config.onLoopback())::put);
        router.route().handler(this::keepTime);
        router.route().handler(new HostCheck(config.names(), config.onLoopback(), refusals)::check);
        router.route().handler(new PathCheck(refusals)::check);
        if (config.tls().mtls().requireClientCert()) {
            router.route().handler(new ClientNames(config.tls().mtls().allowedClientCns(), refusals)::check);
        }
        access.mountLogin(router, this::arrived);
        router.route("/api/*").handler(access::authenticate);
        router.route().handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
        router.route().handler(this::arrived);
        router.route("/api/v1/*").subRouter(api.router());
        gui.mount(router);
        router.route().failureHandler(context -> failed(context, gui));
        for (int status : new int[] {400, 404, 405, 413, 415}) {
            router.errorHandler(status, context -> failed(context, gui));
        }
        return router;
    }

    /** The routes below {@code /api/v1}. */
    List<ApiRoute> all() {
        return api.all();
    }

    /** What is no HTTP request, before it is answered. */
    void malformed(HttpServerRequest request) {
        refusals.malformed(request);
        counters.malformed();
    }

    /** For metrics. */
    WebStatistics statistics() {
        return counters.statistics(access.sessions());
    }

    private ApiRoutes api(OpenApiDocument document) {
        var routes = new ApiRoutes(Router.router(vertx), clock);
        var rights = new CertificateRights(vertx, store == null ? null : store.certificateRoles(), clock);
        new CertificatesApi(new AuditTrail(vertx, clock), rights).mount(routes);
        new ProvisioningApi().mount(routes);
        new FleetApi(clock).mount(routes);
        new RenewalsApi().mount(routes);
        new RotationApi().mount(routes);
        new CaRotationApi().mount(routes);
        new ExternalKeysApi().mount(routes);
        new AcmeApi().mount(routes);
        new ListenersApi().mount(routes);
        new AuditApi(new AuditTrail(vertx, clock)).mount(routes);
        new HistoryApi(clock).mount(routes);
        new SettingsApi().mount(routes);
        new CallsApi(vertx).mount(routes);
        new EventsApi(feed).mount(routes);
        access.mount(routes);
        document.mount(routes);
        return routes;
    }

    private static void beginOrigin(RoutingContext context) {
        Origins.begin(context.request());
        context.next();
    }

    private void keepTime(RoutingContext context) {
        var request = context.request();
        context.addHeadersEndHandler(answering -> guard.answering(request, LARGEST_BODY));
        long began = System.nanoTime();
        context.addEndHandler(answered -> {
            guard.answered(request.connection());
            counters.answered(request.path(), context.response().getStatusCode(), System.nanoTime() - began);
        });
        context.next();
    }

    private void arrived(RoutingContext context) {
        guard.arrived(context.request().connection());
        context.next();
    }

    /** Programs are answered by a problem document, people by a page. */
    private void failed(RoutingContext context, Gui gui) {
        refusals.failed(context);
        if (gui.isPage(context)) {
            gui.failed(context);
        } else {
            Answers.failed(context);
        }
    }
}
