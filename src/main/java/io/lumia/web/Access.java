package io.lumia.web;

import io.lumia.config.WebConfig;
import io.lumia.store.Store;
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
    private final SessionApi sessionApi;
    private final TokensApi tokensApi;
    private final Authentication authentication;

    Access(Vertx vertx, WebConfig config, AdminToken first, @Nullable Store store, Refusals refusals, Clock clock) {
        var random = new SecureRandom();
        var tokens = new Tokens(first, store == null ? null : store.operatorTokens(), clock);
        var sessions = new Sessions(config.session(), random);
        var throttle = new LoginThrottle();
        var certificates = new ClientCertificates(vertx, store == null ? null : store.certificateRoles(), clock);
        this.sessionApi = new SessionApi(tokens, sessions, throttle, refusals, clock);
        this.tokensApi = new TokensApi(tokens, sessions, random, clock);
        this.authentication = new Authentication(tokens, sessions, certificates, throttle, refusals, clock);
    }

    /**
     * Before authentication.
     *
     * @param arrived told when the body is there
     */
    void mountLogin(Router router, Handler<RoutingContext> arrived) {
        router.post("/login")
                .handler(BodyHandler.create(false).setBodyLimit(SessionApi.LARGEST_BODY))
                .handler(arrived)
                .handler(sessionApi::login);
    }

    void authenticate(RoutingContext context) {
        authentication.check(context);
    }

    /** Behind authentication. */
    void mountLogout(Router router) {
        router.post("/logout").handler(sessionApi::logout);
    }

    void mount(ApiRoutes api) {
        sessionApi.mount(api);
        tokensApi.mount(api);
    }
}
