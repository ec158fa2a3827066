package io.lumia.web;

import io.lumia.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets nobody further but those who show a token, a session or a certificate with a role, in this order; the first that is shown decides. What a
 * browser sends of its own accord, cookie and certificate, changes nothing for the pages of another site.
 */
final class Authentication {
    /** The actor of what somebody unknown did. */
    static final String NOBODY = "unknown";

    private static final String ACTION = "admin.authenticate";
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final Tokens tokens;
    private final Sessions sessions;
    private final ClientCertificates certificates;
    private final LoginThrottle throttle;
    private final Refusals refusals;
    private final Clock clock;

    Authentication(
            Tokens tokens,
            Sessions sessions,
            ClientCertificates certificates,
            LoginThrottle throttle,
            Refusals refusals,
            Clock clock) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.certificates = certificates;
        this.throttle = throttle;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** For every route that is not public; the body is read only once it is known who sends it. */
    void check(RoutingContext context) {
        var request = context.request();
        boolean waiting = !request.isEnded();
        if (waiting) {
            request.pause();
        }
        var unused = Future.succeededFuture(context)
                .compose(this::who)
                .onComplete(
                        operator -> {
                            operator.sends(context);
                            if (waiting) {
                                request.resume();
                            }
                            context.next();
                        },
                        refused -> {
                            if (waiting) {
                                request.resume();
                            }
                            context.fail(refused);
                        });
    }

    private Future<Operator> who(RoutingContext context) {
        var request = context.request();
        var token = bearer(request.getHeader("Authorization"));
        if (token != null) {
            return byToken(request, token);
        }
        var cookie = SessionCookie.read(request);
        return cookie.isPresent() ? bySession(context, cookie.get()) : byCertificate(request);
    }

    private Future<Operator> byToken(HttpServerRequest request, String token) {
        var address = Refusals.address(request);
        var wait = throttle.mustWait(address, clock.instant());
        if (wait.isPresent()) {
            return Future.failedFuture(new Rejected(tooManyFailures().retryAfter(wait.get())));
        }
        return tokens.whose(token).compose(found -> {
            if (found.isPresent()) {
                throttle.succeeded(address);
                return Future.succeededFuture(found.get());
            }
            throttle.failed(address, clock.instant());
            return unauthorized(request, "wrong-token");
        });
    }

    /** By what a browser sends of its own accord, and nothing else; empty: a stranger. */
    Future<Optional<Operator>> visitor(RoutingContext context) {
        var cookie = SessionCookie.read(context.request());
        return cookie.isPresent() ? session(context, cookie.get()) : certificates.whose(context.request());
    }

    private Future<Operator> bySession(RoutingContext context, String cookie) {
        var request = context.request();
        return session(context, cookie).compose(operator -> {
            if (operator.isEmpty()) {
                return Future.failedFuture(unauthorized());
            }
            return SAFE.contains(request.method()) || SameOrigin.of(request) == SameOrigin.PROVEN
                    ? Future.succeededFuture(operator.get())
                    : crossSite(request, operator.get());
        });
    }

    /** A cookie of no session, forged or long over, is taken back. */
    private Future<Optional<Operator>> session(RoutingContext context, String cookie) {
        return sessions.use(cookie, clock.instant())
                .compose(session -> session.map(lasting -> tokens.inSession(lasting.token()))
                        .orElseGet(() -> Future.succeededFuture(Optional.empty())))
                .compose(operator -> operator.isPresent()
                        ? Future.succeededFuture(operator)
                        : sessions.end(cookie)
                                .onSuccess(ended -> takenBack(context, ended))
                                .map(Optional.empty()));
    }

    private void takenBack(RoutingContext context, Optional<Sessions.Session> ended) {
        SessionCookie.expire(context.request(), context.response());
        refusals.tell(context.request(), ended.map(Sessions.Session::token).orElse(NOBODY), ACTION, "no-session");
    }

    /** Programs show certificates as well, and tell of no site; a browser always does. */
    private Future<Operator> byCertificate(HttpServerRequest request) {
        return certificates.whose(request).compose(operator -> {
            if (operator.isEmpty()) {
                return unauthorized(request, "nothing-shown");
            }
            return SAFE.contains(request.method()) || SameOrigin.of(request) != SameOrigin.DISPROVED
                    ? Future.succeededFuture(operator.get())
                    : crossSite(request, operator.get());
        });
    }

    private Future<Operator> crossSite(HttpServerRequest request, Operator operator) {
        refusals.tell(request, operator.name(), ACTION, "cross-site");
        return Future.failedFuture(new Rejected(crossSite()));
    }

    private Future<Operator> unauthorized(HttpServerRequest request, String reason) {
        refusals.tell(request, NOBODY, ACTION, reason);
        return Future.failedFuture(unauthorized());
    }

    private static Rejected unauthorized() {
        return new Rejected(Problem.of(
                        401,
                        "unauthorized",
                        "Not authenticated",
                        "send Authorization: Bearer TOKEN with the token in DATA/admin-token or one of ./lumia tokens add, log in at"
                                + " /login, or show a certificate with a role")
                .with("WWW-Authenticate", "Bearer realm=\"lumia\""));
    }

    static Problem tooManyFailures() {
        return Problem.of(
                429,
                "too-many-failures",
                "Too many failed attempts",
                "wrong tokens were presented too often; wait and try again");
    }

    static Problem crossSite() {
        return Problem.of(
                403,
                "cross-site",
                "Sent by another site",
                "the browser does not say that a page of this server sent the request; programs send a bearer token");
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : null;
    }
}
