package io.lumia.authority;

import io.lumia.x509.Fingerprint;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
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

/** The paths at which the CA hands out its certificates, as step-ca has them, each with and without the prefix /1.0. */
final class CaRoutes {
    static final int LONGEST_BODY = 128 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Ca ca;

    CaRoutes(Vertx vertx, Ca ca) {
        this.vertx = vertx;
        this.ca = ca;
    }

    /** Over HTTPS. */
    Router https() {
        var router = router();
        for (String prefix : List.of("", "/1.0")) {
            router.get(prefix + "/health").handler(context -> json(context, new JsonObject().put("status", "ok")));
            router.get(prefix + "/version").handler(context -> json(context, version()));
            router.get(prefix + "/roots").handler(context -> json(context, roots()));
            router.get(prefix + "/federation").handler(context -> json(context, roots()));
            router.get(prefix + "/roots.pem").handler(this::rootsPem);
            router.get(prefix + "/root/:sha256").handler(this::root);
        }
        return router;
    }

    /** Over plain HTTP: what a client needs before it can trust HTTPS, and what certificates point at (RFC 5280, 4.2.2.1). */
    Router http() {
        var router = router();
        router.get("/ca/root.crt").handler(context -> der(context, ca.root()));
        router.get("/ca/intermediate.crt")
                .handler(context -> der(context, ca.intermediate().certificate()));
        return router;
    }

    private Router router() {
        var router = Router.router(vertx);
        router.route().handler(TimeoutHandler.create(PATIENCE.toMillis()));
        router.route().handler(BodyHandler.create(false).setBodyLimit(LONGEST_BODY));
        Problems.answerFor(router);
        return router;
    }

    private void rootsPem(RoutingContext context) {
        context.response().putHeader("Content-Type", "application/x-pem-file").end(ca.rootPem());
    }

    private void root(RoutingContext context) {
        if (fingerprint(context.pathParam("sha256")).equals(Optional.of(ca.rootFingerprint()))) {
            json(context, new JsonObject().put("ca", ca.rootPem()));
        } else {
            Problems.answer(context, 404, "the CA has no root with this SHA-256 fingerprint");
        }
    }

    private static Optional<Fingerprint> fingerprint(String text) {
        try {
            return Optional.of(new Fingerprint(text));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private JsonObject roots() {
        return new JsonObject().put("crts", new JsonArray().add(ca.rootPem()));
    }

    private static JsonObject version() {
        var version = CaRoutes.class.getPackage().getImplementationVersion();
        return new JsonObject()
                .put("version", version == null ? "development" : version)
                .put("requireClientAuthentication", false);
    }

    private static void json(RoutingContext context, JsonObject body) {
        context.response().putHeader("Content-Type", "application/json").end(body.encode());
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
}
