package io.lumia.fakes;

import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands in for the part of EMQX 5's REST API that Lumia uses, as its documentation has it: method, path, basic authentication, body, status, error
 * codes. A client that is kicked comes back at once unless its user name is banned.
 */
public final class FakeEmqx implements AutoCloseable {
    public static final String KEY = "key-1";
    public static final String SECRET = "secret-1";

    /** Requests in the order they came: {@code METHOD path}. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    /** Client ids by user name. */
    public final Map<String, List<String>> clients = new ConcurrentHashMap<>();

    /** User names, each with what was posted. */
    public final Map<String, JsonObject> bans = new ConcurrentHashMap<>();

    public final List<String> kicked = new CopyOnWriteArrayList<>();
    private volatile JsonObject listener = new JsonObject()
            .put("id", "ssl:default")
            .put("type", "ssl")
            .put("bind", "0.0.0.0:8883")
            .put("ssl_options", new JsonObject().put("certfile", "${EMQX_ETC_DIR}/certs/cert.pem"));
    private volatile int failures;
    private final HttpServer server;

    public FakeEmqx(Vertx vertx) {
        var router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false)).handler(this::authenticate);
        router.put("/api/v5/listeners/:id").handler(this::updateListener);
        router.get("/api/v5/clients").handler(this::listClients);
        router.post("/api/v5/clients/kickout/bulk").handler(this::kick);
        router.get("/api/v5/banned").handler(this::listBans);
        router.post("/api/v5/banned").handler(this::ban);
        router.delete("/api/v5/banned/:as/:who").handler(this::unban);
        server = Await.result(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    public JsonObject listener() {
        return listener;
    }

    /** The next requests are answered 503. */
    public void failFor(int requestsToCome) {
        failures = requestsToCome;
    }

    private void authenticate(RoutingContext context) {
        requests.add(context.request().method() + " " + context.request().uri());
        var expected = "Basic " + Base64.getEncoder().encodeToString((KEY + ":" + SECRET).getBytes());
        if (!expected.equals(context.request().getHeader("authorization"))) {
            answer(context, 401, "BAD_API_KEY_OR_SECRET", "Check api_key/api_secret");
        } else if (failures > 0) {
            failures--;
            answer(context, 503, "SERVICE_UNAVAILABLE", "not ready");
        } else {
            context.next();
        }
    }

    private void updateListener(RoutingContext context) {
        var id = context.pathParam("id");
        var body = context.body().asJsonObject();
        if (!id.equals(listener.getString("id"))) {
            answer(context, 404, "BAD_LISTENER_ID", "Listener id not found");
        } else if (!id.equals(body.getString("id")) || !"ssl".equals(body.getString("type"))) {
            answer(context, 400, "BAD_LISTENER_ID", "Path and body's listener id not match");
        } else if (!holdsPem(body.getJsonObject("ssl_options"))) {
            answer(context, 400, "BAD_REQUEST", "bad_pem");
        } else {
            listener = listener.copy().mergeIn(body, true);
            context.json(listener);
        }
    }

    private static boolean holdsPem(JsonObject options) {
        try {
            return !Pem.certificates(options.getString("certfile")).isEmpty()
                    && !Pem.certificates(options.getString("cacertfile")).isEmpty()
                    && Pem.privateKey(options.getString("keyfile")) != null;
        } catch (IllegalArgumentException noPem) {
            return false;
        }
    }

    private void listClients(RoutingContext context) {
        var user = context.request().getParam("username");
        var data = new JsonArray();
        clients.getOrDefault(user, List.of())
                .forEach(id -> data.add(new JsonObject().put("clientid", id).put("username", user)));
        context.json(new JsonObject().put("data", data).put("meta", new JsonObject().put("count", data.size())));
    }

    private void kick(RoutingContext context) {
        context.body().asJsonArray().forEach(id -> kicked.add((String) id));
        clients.keySet().removeIf(bans::containsKey);
        context.response().setStatusCode(204).end();
    }

    private void listBans(RoutingContext context) {
        context.json(new JsonObject().put("data", new JsonArray(List.copyOf(bans.values()))));
    }

    private void ban(RoutingContext context) {
        var body = context.body().asJsonObject();
        if (!List.of("clientid", "username", "peerhost").contains(body.getString("as")) || !body.containsKey("who")) {
            answer(context, 400, "BAD_REQUEST", "bad as or who");
        } else if (bans.putIfAbsent(body.getString("who"), body) != null) {
            answer(context, 400, "ALREADY_EXISTS", body.encode());
        } else {
            context.json(body);
        }
    }

    private void unban(RoutingContext context) {
        boolean there = "username".equals(context.pathParam("as")) && bans.remove(context.pathParam("who")) != null;
        if (there) {
            context.response().setStatusCode(204).end();
        } else {
            answer(context, 404, "NOT_FOUND", "not found");
        }
    }

    private static void answer(RoutingContext context, int status, String code, String message) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(new JsonObject().put("code", code).put("message", message).encode());
    }

    @Override
    public void close() {
        Await.result(server.close());
    }
}
