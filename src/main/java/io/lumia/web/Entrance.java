package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.http.Problem;
import io.lumia.web.WebCounters.Login;
import io.lumia.web.gui.Visitors;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** Logging in and out with a browser: a session in exchange for a token. */
final class Entrance implements Visitors {
    private static final String LOGIN = "admin.login";

    private final Tokens tokens;
    private final Sessions sessions;
    private final Authentication authentication;
    private final LoginThrottle throttle;
    private final Refusals refusals;
    private final WebCounters counters;
    private final Clock clock;

    Entrance(
            Tokens tokens,
            Sessions sessions,
            Authentication authentication,
            LoginThrottle throttle,
            Refusals refusals,
            WebCounters counters,
            Clock clock) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.authentication = authentication;
        this.throttle = throttle;
        this.refusals = refusals;
        this.counters = counters;
        this.clock = clock;
    }

    /** Recognises by cookie or certificate who sends the request, so that {@link Operator#of} knows; whether it is somebody. */
    @Override
    public Future<Boolean> recognise(RoutingContext context) {
        return authentication.visitor(context).map(found -> {
            found.ifPresent(operator -> operator.sends(context));
            return found.isPresent();
        });
    }

    /** Whether a request that changes something was sent by a page of ours, or by no browser and without a session. */
    @Override
    public boolean isGenuine(RoutingContext context) {
        var request = context.request();
        var origin = SameOrigin.of(request);
        boolean genuine = origin == SameOrigin.PROVEN
                || (origin == SameOrigin.UNTOLD && SessionCookie.read(request).isEmpty());
        if (!genuine) {
            refusals.tell(request, Authentication.NOBODY, "admin.authenticate", "cross-site");
        }
        return genuine;
    }

    /**
     * Lets in who shows a token, and has the answer carry the cookie; a session that the browser had ends.
     *
     * @return who it is; fails with a {@link Rejected} that says why not
     */
    @Override
    public Future<Operator> enter(RoutingContext context, String token) {
        var request = context.request();
        var address = Refusals.address(request);
        var wait = throttle.mustWait(address, clock.instant());
        if (wait.isPresent()) {
            counters.login(Login.THROTTLED);
            refusals.tell(request, Authentication.NOBODY, LOGIN, "too-many-failures");
            return Future.failedFuture(
                    new Rejected(Authentication.tooManyFailures().retryAfter(wait.get())));
        }
        return tokens.whose(token).compose(found -> {
            if (found.isEmpty()) {
                counters.login(Login.WRONG_TOKEN);
                throttle.failed(address, clock.instant());
                refusals.tell(request, Authentication.NOBODY, LOGIN, "wrong-token");
                throw new Rejected(
                        Problem.of(401, "unauthorized", "Not authenticated", "the token is not known or has expired"));
            }
            counters.login(Login.OK);
            throttle.succeeded(address);
            return begin(context, found.get()).map(found.get());
        });
    }

    /** Ends the session of the cookie. */
    @Override
    public Future<Void> leave(RoutingContext context) {
        var request = context.request();
        SessionCookie.expire(request, context.response());
        return endOf(request)
                .onSuccess(
                        ended -> ended.ifPresent(session -> tell(context, session.token(), "admin.logout", Map.of())))
                .mapEmpty();
    }

    private Future<Void> begin(RoutingContext context, Operator operator) {
        var request = context.request();
        return endOf(request)
                .compose(ended -> sessions.begin(operator.name(), clock.instant()))
                .onSuccess(secret -> {
                    SessionCookie.set(request, context.response(), secret);
                    tell(
                            context,
                            operator.name(),
                            LOGIN,
                            Map.of("role", operator.role().label()));
                })
                .mapEmpty();
    }

    private Future<Optional<Sessions.Session>> endOf(HttpServerRequest request) {
        return SessionCookie.read(request).map(sessions::end).orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    private void tell(RoutingContext context, String actor, String action, Map<String, String> details) {
        var address = Refusals.address(context.request()).getHostAddress();
        FleetBus.AUDITED.publish(context.vertx(), new Audited(clock.instant(), actor, action, address, "ok", details));
    }
}
