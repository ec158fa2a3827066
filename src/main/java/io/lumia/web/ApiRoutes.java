package io.lumia.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The routes below {@code /api/v1}. None can be added without the role that it demands. */
final class ApiRoutes {
    private final Router router;
    private final Clock clock;
    private final List<ApiRoute> routes = new ArrayList<>();

    ApiRoutes(Router router, Clock clock) {
        this.router = router;
        this.clock = clock;
    }

    /** @param path as Vert.x writes it: {@code /devices/:name} */
    record ApiRoute(HttpMethod method, String path, Role role) {}

    void get(String path, Role role, Handler<RoutingContext> handler) {
        add(HttpMethod.GET, path, role, handler);
    }

    void post(String path, Role role, Handler<RoutingContext> handler) {
        add(HttpMethod.POST, path, role, handler);
    }

    void patch(String path, Role role, Handler<RoutingContext> handler) {
        add(HttpMethod.PATCH, path, role, handler);
    }

    void put(String path, Role role, Handler<RoutingContext> handler) {
        add(HttpMethod.PUT, path, role, handler);
    }

    void delete(String path, Role role, Handler<RoutingContext> handler) {
        add(HttpMethod.DELETE, path, role, handler);
    }

    /** To be mounted below {@code /api/v1}. */
    Router router() {
        return router;
    }

    /** In the order they were added. */
    List<ApiRoute> all() {
        return List.copyOf(routes);
    }

    private void add(HttpMethod method, String path, Role role, Handler<RoutingContext> handler) {
        routes.add(new ApiRoute(method, path, role));
        router.route(method, path).handler(Operator.requires(role, clock)).handler(handler);
    }
}
