package io.lumia.issuance;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers http-01 challenges (RFC 8555, 8.3), on addresses that may be each identity's own. A server is open only while a challenge is pending; identities
 * that share an address share it, told apart by token. Safe to use from several verticles.
 */
public final class ChallengeResponders {
    private static final String PATH = "/.well-known/acme-challenge/";

    private static final int BIND_TRIES = 4;
    private static final long BIND_PAUSE_MILLIS = 50;

    private final Vertx vertx;
    private final int port;
    private final String remedy;
    private final Map<InetAddress, Responder> open = new HashMap<>();
    private final Map<InetAddress, Future<Void>> closing = new HashMap<>();

    private record Responder(Future<HttpServer> server, Map<String, String> answers) {}

    /** @param remedy what to do when the port is taken: "free the port, or set … to another one" */
    public ChallengeResponders(Vertx vertx, int port, String remedy) {
        this.vertx = vertx;
        this.port = port;
        this.remedy = remedy;
    }

    /** Answers the token from now on; fails with {@link IssuanceFailed} when the port is not free. */
    public synchronized Future<Void> open(InetAddress address, String token, String authorization) {
        var responder = open.computeIfAbsent(address, this::listen);
        responder.answers().put(token, authorization);
        return responder.server().<Void>mapEmpty().recover(taken -> {
            var unused = close(address, token);
            return Future.failedFuture(new IssuanceFailed(
                    IssuanceFailed.Reason.CHALLENGE,
                    "cannot answer the http-01 challenge at " + address.getHostAddress() + ":" + port + " ("
                            + taken.getMessage() + "): " + remedy,
                    null,
                    taken));
        });
    }

    /** Answers the token no longer; completes when the port is free, unless others still need it. */
    public synchronized Future<Void> close(InetAddress address, String token) {
        var responder = open.get(address);
        if (responder == null || responder.answers().remove(token) == null) {
            return Future.succeededFuture();
        }
        if (!responder.answers().isEmpty()) {
            return Future.succeededFuture();
        }
        open.remove(address);
        var closed = responder.server().compose(HttpServer::close).otherwiseEmpty();
        closing.put(address, closed);
        return closed.onComplete(done -> forget(address, closed));
    }

    /** Addresses on which a challenge is pending. */
    public synchronized int pending() {
        return open.size();
    }

    private synchronized void forget(InetAddress address, Future<Void> closed) {
        closing.remove(address, closed);
    }

    private Responder listen(InetAddress address) {
        var answers = new ConcurrentHashMap<String, String>();
        var server = closing.getOrDefault(address, Future.succeededFuture())
                .compose(free -> bind(address, answers, BIND_TRIES));
        return new Responder(server, answers);
    }

    /** A server that was closed frees its port a moment after it says so. */
    private Future<HttpServer> bind(InetAddress address, Map<String, String> answers, int tries) {
        return vertx.createHttpServer()
                .requestHandler(request -> answer(request, answers))
                .listen(port, address.getHostAddress())
                .recover(taken -> tries == 1
                        ? Future.failedFuture(taken)
                        : vertx.timer(BIND_PAUSE_MILLIS).compose(waited -> bind(address, answers, tries - 1)));
    }

    private static void answer(HttpServerRequest request, Map<String, String> answers) {
        var path = request.path();
        var authorization = path != null && path.startsWith(PATH) ? answers.get(path.substring(PATH.length())) : null;
        var response = request.response().putHeader("Content-Type", "text/plain");
        var sent = authorization == null
                ? response.setStatusCode(404).end("no such challenge is pending\n")
                : response.end(authorization);
        sent.otherwiseEmpty();
    }
}
