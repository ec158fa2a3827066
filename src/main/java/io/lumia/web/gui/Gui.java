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
    private static final String PAGES = "(?!/api/).*";

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
                new CaPages(screens),
                new AuditPages(screens));
    }

    /**
     * What pages show besides the answers of other parts.
     *
     * @param policy by which renewals are overdue
     */
    public record Sources(EventFeed feed, Presence presence, Happened happened, CountOverdue policy) {
        /** Nothing happened yet. */
        public static Sources of(Vertx vertx, CountOverdue policy, Clock clock) {
            return new Sources(new EventFeed(vertx, policy, clock), new Presence(clock), new Happened(clock), policy);
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
        router.get(Assets.PATH + "*").handler(screens.assets()::serve);
        router.post("/theme").handler(this::demandGenuine).handler(Gui::chooseTheme);
        new EntrancePages(screens, visitors).mount(router);
        router.routeWithRegex(PAGES).handler(this::demandVisitor);
        router.routeWithRegex(HttpMethod.POST, PAGES).handler(this::demandGenuine);
        pages.forEach(some -> some.mount(router));
        // else the route for all that is sent would make it one that exists for another method
        router.routeWithRegex(HttpMethod.GET, PAGES).handler(context -> context.fail(404));
    }

    /** Whether a person with a browser asks, who is answered by a page. */
    public boolean isPage(RoutingContext context) {
        var path = String.valueOf(context.request().path());
        var accepted = String.valueOf(context.request().getHeader("Accept"));
        return !path.startsWith("/api/") && accepted.contains("text/html");
    }

    /** Says by a page what is wrong. */
    public void failed(RoutingContext context) {
        screens.failed(context);
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
