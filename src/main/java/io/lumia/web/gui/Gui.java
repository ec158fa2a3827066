package io.lumia.web.gui;

import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.http.Problem;
import io.lumia.web.Rejected;
import io.lumia.web.live.EventFeed;
import io.lumia.web.live.Happened;
import io.lumia.web.live.Presence;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;

/** The web interface: everything that is not below {@code /api}. */
public final class Gui {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private final Screens screens;
    private final Visitors visitors;
    private final List<Pages> pages;

    private Gui(Screens screens, Visitors visitors, Sources sources) {
        this.screens = screens;
        this.visitors = visitors;
        this.pages = List.of(
                new OverviewPages(screens, sources.policy),
                new CertificatePages(screens),
                new IssuePages(screens),
                new DevicePages(screens, sources.presence),
                new RenewalPages(screens, sources.happened, sources.policy),
                new ProvisioningPages(screens, sources.happened),
                new CaPages(screens));
    }

    /**
     * What pages show besides the answers of other parts.
     *
     * @param policy by which renewals are overdue
     */
    public record Sources(EventFeed feed, Presence presence, Happened happened, CountOverdue policy) {
        /** Nothing happened yet. */
        public static Sources of(Vertx vertx, CountOverdue policy, Clock clock) {
            return new Sources(
                    new EventFeed(vertx, policy, clock), new Presence(clock), new Happened(clock), policy);
        }

        /** Hears the bus from now on. */
        public Future<Void> start(Vertx vertx) {
            return Future.all(feed.start(), presence.start(vertx), happened.start(vertx))
                    .mapEmpty();
        }
    }

    /** Some pages that belong together. */
    interface Pages {
        void mount(Router router);
    }

    /** Reads templates, scripts and styles. */
    public static Future<Gui> open(Vertx vertx, Sources sources, Visitors visitors, Clock clock) {
        return vertx.executeBlocking(Assets::read, false)
                .map(assets -> new Gui(Screens.open(vertx, assets, sources.feed, clock), visitors, sources));
    }

    /** Answers below {@code /}; mounted behind everything else. */
    public void mount(Router router) {
        router.route().handler(Gui::policy);
        router.get(Assets.PATH + "*").handler(screens.assets()::serve);
        router.post("/theme").handler(this::demandGenuine).handler(Gui::chooseTheme);
        new EntrancePages(screens, visitors).mount(router);
        router.route().handler(this::demandVisitor);
        router.route().method(HttpMethod.POST).handler(this::demandGenuine);
        router.get("/live").handler(this::live);
        pages.forEach(some -> some.mount(router));
        router.route().failureHandler(screens::failed);
        router.route().handler(context -> context.fail(404));
    }

    private static void policy(RoutingContext context) {
        context.response().putHeader("Content-Security-Policy", POLICY);
        context.next();
    }

    private void demandVisitor(RoutingContext context) {
        var unused = visitors.recognise(context)
                .onSuccess(known -> {
                    if (known) {
                        context.next();
                    } else {
                        EntrancePages.send(context);
                    }
                })
                .onFailure(context::fail);
    }

    private void demandGenuine(RoutingContext context) {
        if (!visitors.isGenuine(context)) {
            throw new Rejected(Problem.of(
                    403,
                    "cross-site",
                    "Not from this site",
                    "The request was not sent by a page of Lumia. Open the page again and repeat it there."));
        }
        context.next();
    }

    private void live(RoutingContext context) {
        if (!screens.feed().hasRoom()) {
            throw new Rejected(Problem.of(503, "too-many-listeners", "Too many listeners", "Too many pages are open."));
        }
        screens.feed().open(context.response(), after(context));
    }

    /** What the browser says after an interruption, else what the page was told. */
    private long after(RoutingContext context) {
        var header = context.request().getHeader("Last-Event-ID");
        var given = header != null ? header : String.join("", context.queryParam("after"));
        return given.matches("\\d{1,18}")
                ? Long.parseLong(given)
                : screens.feed().lastId();
    }

    /** The cookie is for the page's colours alone, so that a form without a script can set it. */
    private static void chooseTheme(RoutingContext context) {
        var theme = Theme.of(String.valueOf(context.request().getFormAttribute("theme")));
        context.response()
                .putHeader(
                        "Set-Cookie",
                        Theme.COOKIE + "=" + theme.label() + "; Path=/; Max-Age=31536000; SameSite=Strict");
        Screens.go(context, EntrancePages.localPath(context.request().getFormAttribute("back")), null);
    }
}
