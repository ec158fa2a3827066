package io.lumia.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers http-01 challenges (RFC 8555, 8.3) on loopback. */
final class ChallengeResponder {
    private static final Logger log = LoggerFactory.getLogger(ChallengeResponder.class);
    private static final String PATH = "/.well-known/acme-challenge/";

    private final Map<String, String> keyAuthorizations = new ConcurrentHashMap<>();
    private final HttpServer server;

    ChallengeResponder(Vertx vertx) {
        server = vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .await();
    }

    int port() {
        return server.actualPort();
    }

    void offer(String token, String keyAuthorization) {
        keyAuthorizations.put(token, keyAuthorization);
    }

    void forget(String token) {
        keyAuthorizations.remove(token);
    }

    private void answer(HttpServerRequest request) {
        var path = Objects.requireNonNullElse(request.path(), "");
        var found = path.startsWith(PATH) ? keyAuthorizations.get(path.substring(PATH.length())) : null;
        var response = request.response();
        (found == null ? response.setStatusCode(404).end() : response.end(found))
                .onFailure(gone -> log.atDebug().setCause(gone).log("challenge could not be answered"));
    }
}
