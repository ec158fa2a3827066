package io.lumia.authority.revocation;

import io.lumia.authority.revocation.OcspResponder.Reply;
import io.lumia.x509.Pem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** CRLs and OCSP over HTTP (RFC 2585; RFC 6960, appendix A; RFC 5019, 6). */
final class RevocationRoutes {
    /** A revocation makes a new CRL at once, so that nobody should keep one for long. */
    private static final Duration CRL_KEPT = Duration.ofMinutes(1);

    private static final String OCSP = "/ocsp";

    private final Function<String, Optional<CrlPublisher>> crls;
    private final Supplier<CrlPublisher> leaves;
    private final OcspResponder ocsp;
    private final Clock clock;

    /**
     * @param crls by issuer
     * @param leaves the one of what issues leaves now
     */
    RevocationRoutes(
            Function<String, Optional<CrlPublisher>> crls,
            Supplier<CrlPublisher> leaves,
            OcspResponder ocsp,
            Clock clock) {
        this.crls = crls;
        this.leaves = leaves;
        this.ocsp = ocsp;
        this.clock = clock;
    }

    /** Over plain HTTP, where certificates point at. */
    void mountPlain(Router router) {
        read(router, "/crl/:issuer.crl", context -> crls.apply(context.pathParam("issuer")));
        router.post(OCSP).handler(context -> answer(context, bytes(context)));
        // base64 has slashes, so that one path parameter would not hold it
        router.getWithRegex(OCSP + "(/.*)?").handler(context -> answer(context, inPath(context)));
    }

    /** Over HTTPS, as step-ca has it. */
    void mountSecure(Router router) {
        List.of("/crl", "/1.0/crl").forEach(path -> read(router, path, context -> Optional.of(leaves.get())));
    }

    private void read(Router router, String path, Function<RoutingContext, Optional<CrlPublisher>> publisher) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(context -> {
            var found = publisher.apply(context);
            if (found.isEmpty()) {
                context.fail(404);
                return;
            }
            found.get().newest().onSuccess(newest -> serve(context, newest)).onFailure(context::fail);
        });
    }

    private void serve(RoutingContext context, Optional<PublishedCrl> published) {
        if (context.response().closed()) {
            return;
        }
        if (published.isEmpty()) {
            context.fail(503);
            return;
        }
        var crl = published.get();
        boolean pem = context.request().params().contains("pem");
        var etag = pem ? crl.etag().replaceFirst("\"$", "-pem\"") : crl.etag();
        var kept = Duration.between(clock.instant(), crl.nextUpdate());
        var response = context.response()
                .putHeader("Content-Type", pem ? "application/x-pem-file" : "application/pkix-crl")
                .putHeader("ETag", etag)
                .putHeader("Last-Modified", httpDate(crl.thisUpdate()))
                .putHeader(
                        "Cache-Control", "public, max-age=" + seconds(kept.compareTo(CRL_KEPT) > 0 ? CRL_KEPT : kept));
        if (etag.equals(context.request().getHeader("If-None-Match"))) {
            var unused = response.setStatusCode(304).end();
            return;
        }
        var body = pem ? Buffer.buffer(Pem.text("X509 CRL", crl.der().getBytes())) : crl.der();
        if (context.request().method().equals(HttpMethod.HEAD)) {
            var unused = response.putHeader("Content-Length", Integer.toString(body.length()))
                    .end();
            return;
        }
        var unused = response.end(body);
    }

    private void answer(RoutingContext context, byte[] request) {
        boolean cacheable = context.request().method().equals(HttpMethod.GET);
        ocsp.answer(request).onSuccess(reply -> send(context, reply, cacheable)).onFailure(context::fail);
    }

    private void send(RoutingContext context, Reply reply, boolean cacheable) {
        var response = context.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        response.putHeader("Content-Type", "application/ocsp-response");
        var lasting = reply.lasting();
        if (cacheable && lasting != null) {
            // RFC 5019, 6.2
            var left = Duration.between(clock.instant(), lasting.notAfter());
            response.putHeader("Last-Modified", httpDate(lasting.notBefore()))
                    .putHeader("Expires", httpDate(lasting.notAfter()))
                    .putHeader("ETag", "\"" + Integer.toHexString(reply.der().hashCode()) + "\"")
                    .putHeader("Cache-Control", "max-age=" + seconds(left) + ", public, no-transform, must-revalidate");
        } else {
            response.putHeader("Cache-Control", "no-store");
        }
        var unused = response.end(reply.der());
    }

    private static byte[] bytes(RoutingContext context) {
        var body = context.body().buffer();
        return body == null ? new byte[0] : body.getBytes();
    }

    /** From the path as it was sent: a normalized one has lost slashes. Empty when it is no base64. */
    private static byte[] inPath(RoutingContext context) {
        var path = String.valueOf(context.request().path());
        int begin = path.indexOf('/', 1);
        if (begin < 0) {
            return new byte[0];
        }
        try {
            // a plus sign stands for itself in a path
            var text = URLDecoder.decode(path.substring(begin + 1).replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private static long seconds(Duration left) {
        return Math.max(0, left.toSeconds());
    }

    private static String httpDate(Instant instant) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
    }
}
