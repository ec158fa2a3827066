package io.lumia.authority;

import io.lumia.http.ConnectionGuard;
import io.lumia.http.Origins;
import io.lumia.http.Problem;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The paths at which the CA hands out its certificates, as step-ca has them, each with and without the prefix /1.0. */
final class CaRoutes {
    private static final Logger log = LoggerFactory.getLogger(CaRoutes.class);
    static final int LONGEST_BODY = 128 * 1024;

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Supplier<CaState> state;
    private final ConnectionGuard guard;

    /** @param guard told when a request is there as a whole */
    CaRoutes(Vertx vertx, Supplier<CaState> state, ConnectionGuard guard) {
        this.vertx = vertx;
        this.state = state;
        this.guard = guard;
    }

    /** Over HTTPS. */
    Router https(Admission admission) {
        var router = router();
        router.route().handler(admission::atHeaders);
        reading(router).route().handler(admission::atBody);
        for (String prefix : List.of("", "/1.0")) {
            router.get(prefix + "/health")
                    .handler(context -> json(context.response(), new JsonObject().put("status", "ok")));
            router.get(prefix + "/version").handler(context -> json(context.response(), version()));
            // 201, as step-ca answers
            router.get(prefix + "/roots")
                    .handler(context -> json(context.response().setStatusCode(201), roots()));
            router.get(prefix + "/federation")
                    .handler(context -> json(context.response().setStatusCode(201), roots()));
            router.get(prefix + "/roots.pem").handler(this::rootsPem);
            router.get(prefix + "/root/:sha256").handler(this::root);
        }
        return router;
    }

    /** Over plain HTTP: what a client needs before it can trust HTTPS, and what certificates point at (RFC 5280, 4.2.2.1). */
    Router http() {
        var router = reading(router());
        router.get("/ca/:issuer.crt").handler(this::issuer);
        return router;
    }

    private Router router() {
        var router = Router.router(vertx);
        router.route()
                .handler(context -> {
                    var request = context.request();
                    Origins.begin(request);
                    context.addHeadersEndHandler(answering -> guard.answering(request, LONGEST_BODY));
                    context.addEndHandler(answered -> guard.answered(request.connection()));
                    context.next();
                })
                .failureHandler(CaRoutes::gone);
        for (int status : new int[] {400, 404, 405, 406, 408, 413, 414, 415, 429, 500, 503}) {
            router.errorHandler(
                    status,
                    context -> problem(context, status, context.failure()).answer(context.response()));
        }
        return router;
    }

    /** Nobody is there to be answered, which is no fault of ours. */
    private static void gone(RoutingContext context) {
        if (context.failure() instanceof HttpClosedException) {
            log.debug("a client went away before its request was there");
        } else {
            context.next();
        }
    }

    private Router reading(Router router) {
        router.route().handler(TimeoutHandler.create(PATIENCE.toMillis()));
        router.route().handler(BodyHandler.create(false).setBodyLimit(LONGEST_BODY));
        router.route().handler(context -> {
            guard.arrived(context.request().connection());
            context.next();
        });
        return router;
    }

    private void rootsPem(RoutingContext context) {
        context.response()
                .putHeader("Content-Type", "application/x-pem-file")
                .end(state.get().bundlePem());
    }

    private void root(RoutingContext context) {
        var wanted = fingerprint(context.pathParam("sha256"));
        state.get().trusted().stream()
                .filter(root -> wanted.equals(Optional.of(Fingerprint.of(root))))
                .findFirst()
                .ifPresentOrElse(
                        root -> json(context.response(), new JsonObject().put("ca", Pem.of(root))),
                        () -> Problem.of(
                                        404,
                                        "not-found",
                                        "Not found",
                                        "the CA has no root with this SHA-256 fingerprint")
                                .answer(context.response()));
    }

    /** What the certificates of any generation point at. */
    private void issuer(RoutingContext context) {
        var name = context.pathParam("issuer");
        for (Ca ca : state.get().serving()) {
            if (ca.issuerName().equals(name)) {
                der(context, ca.issuer().certificate());
                return;
            }
            if (ca.rootName().equals(name)) {
                der(context, ca.root());
                return;
            }
        }
        context.fail(404);
    }

    private static Optional<Fingerprint> fingerprint(String text) {
        try {
            return Optional.of(new Fingerprint(text));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private JsonObject roots() {
        return new JsonObject()
                .put(
                        "crts",
                        new JsonArray(
                                state.get().trusted().stream().map(Pem::of).toList()));
    }

    private static JsonObject version() {
        var version = CaRoutes.class.getPackage().getImplementationVersion();
        return new JsonObject()
                .put("version", version == null ? "development" : version)
                .put("requireClientAuthentication", false);
    }

    private static void json(HttpServerResponse response, JsonObject body) {
        response.putHeader("Content-Type", "application/json").end(body.encode());
    }

    private static void der(RoutingContext context, X509Certificate certificate) {
        try {
            context.response()
                    .putHeader("Content-Type", "application/pkix-cert")
                    .end(Buffer.buffer(certificate.getEncoded()));
        } catch (CertificateEncodingException broken) {
            context.fail(500, broken);
        }
    }

    /** Whatever no route answers itself. */
    private static Problem problem(RoutingContext context, int status, @Nullable Throwable cause) {
        return switch (status) {
            case 404 -> Problem.of(404, "not-found", "Not found", "there is nothing at this path");
            case 405 ->
                Problem.of(405, "method-not-allowed", "Method not allowed", "this path does not take this method");
            case 413 ->
                Problem.of(413, "too-large", "Request too large", "the body is longer than " + LONGEST_BODY + " bytes");
            case 429 ->
                Problem.of(429, "overloaded", "Overloaded", "the authority has too much to do; try again later")
                        .retryAfter(SOON);
            case 500 -> broken(context, cause);
            case 503 ->
                Problem.of(
                        503, "unavailable", "Not available", "the authority did not answer in time; try again later");
            default -> Problem.of(status, "bad-request", "Bad request", "the request cannot be read");
        };
    }

    private static Problem broken(RoutingContext context, @Nullable Throwable cause) {
        log.atError()
                .setCause(cause)
                .addKeyValue(
                        "path",
                        Printable.quoted(String.valueOf(context.request().path())))
                .log("the authority could not answer");
        return Problem.of(500, "internal", "Internal error", "the authority could not answer; its log says why");
    }
}
