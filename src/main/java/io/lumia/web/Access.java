package io.lumia.web;

import io.lumia.config.WebConfig;
import io.lumia.store.Store;
import io.lumia.web.gui.Visitors;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Who gets in: tokens, sessions and certificates of one listener, and the routes that are about them. */
final class Access {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Sessions sessions;
    private final Authentication authentication;
    private final Entrance entrance;
    private final SessionApi sessionApi;
    private final TokensApi tokensApi;

    Access(
            Vertx vertx,
            WebConfig config,
            AdminToken first,
            PeerTokens peers,
            @Nullable Store store,
            Refusals refusals,
            WebCounters counters,
            Clock clock) {
        var random = new SecureRandom();
        var tokens = new Tokens(first, peers, store == null ? null : store.operatorTokens(), clock);
        this.sessions = store != null && store.isShared()
                ? new SharedSessions(config.session(), store.webSessions(), random)
                : new OwnSessions(config.session(), random);
        var throttle = new LoginThrottle();
        var certificates = new ClientCertificates(vertx, store == null ? null : store.certificateRoles(), clock);
        this.authentication = new Authentication(tokens, sessions, certificates, throttle, refusals, clock);
        this.entrance = new Entrance(tokens, sessions, authentication, throttle, refusals, counters, clock);
        this.sessionApi = new SessionApi(entrance);
        this.tokensApi = new TokensApi(tokens, sessions, random, clock);
    }

    /**
     * Login and logout in JSON; forms are left to the pages.
     *
     * @param arrived told when the body is there
     */
    void mountLogin(Router router, Handler<RoutingContext> arrived) {
        router.post("/login")
                .handler(unlessForm(BodyHandler.create(false).setBodyLimit(SessionApi.LARGEST_BODY)))
                .handler(unlessForm(arrived))
                .handler(unlessForm(sessionApi::login));
        router.post("/logout").handler(unlessForm(sessionApi::logout));
    }

    private static Handler<RoutingContext> unlessForm(Handler<RoutingContext> handler) {
        return context -> {
            if (isForm(context)) {
                context.next();
            } else {
                handler.handle(context);
            }
        };
    }

    private static boolean isForm(RoutingContext context) {
        var type = context.request().getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith(FORM);
    }

    /** Lets nobody further who is not authenticated; for the API. */
    void authenticate(RoutingContext context) {
        authentication.check(context);
    }

    /** The same, for the pages. */
    Visitors visitors() {
        return entrance;
    }

    /** How many there are. */
    int sessions() {
        return sessions.size();
    }

    void mount(ApiRoutes api) {
        sessionApi.mount(api);
        tokensApi.mount(api);
    }
}
