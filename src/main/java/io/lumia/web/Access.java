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
import org.jspecify.annotations.Nullable;

/** Who gets in: tokens, sessions and certificates of one listener, and the routes that are about them. */
final class Access {
    private static final String JSON = "application/json";

    private final Authentication authentication;
    private final Entrance entrance;
    private final SessionApi sessionApi;
    private final TokensApi tokensApi;

    Access(Vertx vertx, WebConfig config, AdminToken first, @Nullable Store store, Refusals refusals, Clock clock) {
        var random = new SecureRandom();
        var tokens = new Tokens(first, store == null ? null : store.operatorTokens(), clock);
        var sessions = new Sessions(config.session(), random);
        var throttle = new LoginThrottle();
        var certificates = new ClientCertificates(vertx, store == null ? null : store.certificateRoles(), clock);
        this.authentication = new Authentication(tokens, sessions, certificates, throttle, refusals, clock);
        this.entrance = new Entrance(tokens, sessions, authentication, throttle, refusals, clock);
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
                .consumes(JSON)
                .handler(BodyHandler.create(false).setBodyLimit(SessionApi.LARGEST_BODY))
                .handler(arrived)
                .handler(sessionApi::login);
        router.post("/logout").consumes(JSON).handler(sessionApi::logout);
    }

    /** Lets nobody further who is not authenticated; for the API. */
    void authenticate(RoutingContext context) {
        authentication.check(context);
    }

    /** The same, for the pages. */
    Visitors visitors() {
        return entrance;
    }

    void mount(ApiRoutes api) {
        sessionApi.mount(api);
        tokensApi.mount(api);
    }
}
