package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.http.Problem;
import io.lumia.web.Operator.How;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** {@code POST /login}, {@code POST /logout} and {@code /session}: a browser's session in exchange for a token. Forms and JSON. */
final class SessionApi {
    static final int LARGEST_BODY = 4 * 1024;
    private static final String LOGIN = "admin.login";

    private final Tokens tokens;
    private final Sessions sessions;
    private final LoginThrottle throttle;
    private final Refusals refusals;
    private final Clock clock;

    SessionApi(Tokens tokens, Sessions sessions, LoginThrottle throttle, Refusals refusals, Clock clock) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.throttle = throttle;
        this.refusals = refusals;
        this.clock = clock;
    }

    void mount(ApiRoutes api) {
        api.get("/session", Role.VIEWER, SessionApi::show);
    }

    /** Public; a session that the browser had ends with it. */
    void login(RoutingContext context) {
        var request = context.request();
        var address = Refusals.address(request);
        if (SameOrigin.of(request) == SameOrigin.DISPROVED) {
            refusals.tell(request, Authentication.NOBODY, LOGIN, "cross-site");
            throw new Rejected(Authentication.crossSite());
        }
        var wait = throttle.mustWait(address, clock.instant());
        if (wait.isPresent()) {
            refusals.tell(request, Authentication.NOBODY, LOGIN, "too-many-failures");
            refuse(context, Authentication.tooManyFailures().retryAfter(wait.get()));
            return;
        }
        var unused = tokens.whose(token(context))
                .onComplete(
                        found -> found.ifPresentOrElse(operator -> begin(context, operator), () -> wrong(context)),
                        context::fail);
    }

    /** Behind authentication. */
    void logout(RoutingContext context) {
        var operator = Operator.of(context);
        var request = context.request();
        SessionCookie.read(request).ifPresent(cookie -> {
            if (sessions.end(cookie)) {
                tell(context, operator, "admin.logout");
            }
        });
        SessionCookie.expire(request, context.response());
        if (LoginForm.sent(context)) {
            LoginForm.anew(context);
        } else {
            var unused = context.response().setStatusCode(204).end();
        }
    }

    private void begin(RoutingContext context, Operator operator) {
        var request = context.request();
        throttle.succeeded(Refusals.address(request));
        SessionCookie.read(request).ifPresent(sessions::end);
        SessionCookie.set(request, context.response(), sessions.begin(operator.name(), clock.instant()));
        tell(context, operator, LOGIN);
        if (LoginForm.sent(context)) {
            LoginForm.toWhereItCameFrom(context);
        } else {
            var inSession = new Operator(operator.name(), operator.role(), How.SESSION);
            Answers.send(context, 200, Future.succeededFuture(view(inSession)));
        }
    }

    private void wrong(RoutingContext context) {
        var request = context.request();
        throttle.failed(Refusals.address(request), clock.instant());
        refusals.tell(request, Authentication.NOBODY, LOGIN, "wrong-token");
        refuse(context, Problem.of(401, "unauthorized", "Not authenticated", "the token is not known or has expired"));
    }

    private static void refuse(RoutingContext context, Problem problem) {
        if (LoginForm.sent(context)) {
            LoginForm.again(context, problem.kind());
        } else {
            context.fail(new Rejected(problem));
        }
    }

    private static void show(RoutingContext context) {
        Answers.send(context, 200, Future.succeededFuture(view(Operator.of(context))));
    }

    private static Map<String, String> view(Operator operator) {
        var view = new LinkedHashMap<String, String>();
        view.put("name", operator.name());
        view.put("role", operator.role().label());
        view.put("how", operator.how().label());
        return view;
    }

    private void tell(RoutingContext context, Operator operator, String action) {
        FleetBus.AUDITED.publish(
                context.vertx(),
                new Audited(
                        clock.instant(),
                        operator.name(),
                        action,
                        Refusals.address(context.request()).getHostAddress(),
                        "ok",
                        Map.of("role", operator.role().label())));
    }

    private static String token(RoutingContext context) {
        return LoginForm.sent(context)
                ? LoginForm.token(context)
                : RequestBody.of(context, Set.of("token")).required("token").strip();
    }
}
