package io.lumia.web;

import io.lumia.web.Operator.How;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** {@code POST /login}, {@code POST /logout} and {@code /session}, in JSON. */
final class SessionApi {
    static final int LARGEST_BODY = 4 * 1024;

    private final Entrance entrance;

    SessionApi(Entrance entrance) {
        this.entrance = entrance;
    }

    void mount(ApiRoutes api) {
        api.get("/session", Role.VIEWER, SessionApi::show);
    }

    /** Before authentication. */
    void login(RoutingContext context) {
        if (!entrance.isGenuine(context)) {
            throw new Rejected(Authentication.crossSite());
        }
        var token = RequestBody.of(context, Set.of("token")).required("token").strip();
        Answers.send(
                context,
                200,
                entrance.enter(context, token)
                        .map(operator -> view(new Operator(operator.name(), operator.role(), How.SESSION))));
    }

    /** Before authentication: who has no session has nothing to end. */
    void logout(RoutingContext context) {
        if (!entrance.isGenuine(context)) {
            throw new Rejected(Authentication.crossSite());
        }
        var unused = entrance.leave(context)
                .compose(left -> context.response().setStatusCode(204).end())
                .onFailure(context::fail);
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
}
