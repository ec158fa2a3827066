package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Between HTTP and the resources: bounds, content type, and the headers of every answer, good or bad. */
final class AcmeRoutes {
    private static final Logger log = LoggerFactory.getLogger(AcmeServer.class);
    private static final String ROOT = "/acme/";
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final int LONGEST_BODY = 64 * 1024;

    private final Router router;
    private final Set<String> provisioners;
    private final Nonces nonces;
    private final Supplier<String> baseUrl;

    AcmeRoutes(Router router, Set<String> provisioners, Nonces nonces, Supplier<String> baseUrl) {
        this.router = router;
        this.provisioners = provisioners;
        this.nonces = nonces;
        this.baseUrl = baseUrl;
    }

    /** To be called before any route is added. */
    void begin() {
        router.route(ROOT + "*").failureHandler(this::failed);
        router.post(ROOT + "*")
                .handler(BodyHandler.create(false).setBodyLimit(LONGEST_BODY).setHandleFileUploads(false));
    }

    /** A resource that everybody may read. */
    void open(HttpMethod method, String path, Function<Exchange, Future<Answer>> resource) {
        router.route(method, ROOT + ":provisioner" + path).handler(context -> serve(context, resource));
    }

    /** A resource that wants a signed POST (RFC 8555, 6.2). */
    void signed(String path, Function<Exchange, Future<Answer>> resource) {
        router.post(ROOT + ":provisioner" + path)
                .handler(context -> serve(context, exchange -> {
                    requireJose(context);
                    return resource.apply(exchange);
                }));
        router.get(ROOT + ":provisioner" + path)
                .handler(context -> serve(
                        context,
                        exchange -> Future.failedFuture(
                                new AcmeRefusal(Problem.of(Kind.MALFORMED, "read this with POST-as-GET (RFC 8555, 6.3)")
                                        .as(405)))));
    }

    /** To be called after all routes were added: everything else is no resource. */
    void end() {
        router.route(ROOT + "*").handler(context -> answer(context, Answer.problem(missing("resource"))));
    }

    private void serve(RoutingContext context, Function<Exchange, Future<Answer>> resource) {
        Future.succeededFuture(context)
                .map(this::exchange)
                .compose(resource)
                .onSuccess(answer -> answer(context, answer))
                .onFailure(context::fail);
    }

    private Exchange exchange(RoutingContext context) {
        var provisioner = context.pathParam("provisioner");
        if (!provisioners.contains(provisioner)) {
            throw missing("provisioner");
        }
        var body = context.body() == null ? null : context.body().asString();
        // A handler before ours may have let a longer one through.
        if (body != null && body.length() > LONGEST_BODY) {
            throw new AcmeRefusal(
                    Problem.of(Kind.MALFORMED, "the request body is longer than " + LONGEST_BODY + " bytes")
                            .as(413));
        }
        return new Exchange(
                provisioner,
                links(provisioner),
                baseUrl.get() + context.request().uri(),
                String.valueOf(context.request().remoteAddress().hostAddress()),
                Optional.ofNullable(context.request().getParam("cursor")).orElse(""),
                Optional.ofNullable(context.pathParam("id")).orElse(""),
                body == null ? "" : body);
    }

    private static void requireJose(RoutingContext context) {
        var type = context.request().getHeader("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/jose+json")) {
            throw new AcmeRefusal(Problem.of(Kind.MALFORMED, "the content type must be application/jose+json")
                    .as(415));
        }
    }

    private void failed(RoutingContext context) {
        if (context.failure() instanceof AcmeRefusal refusal) {
            answer(context, Answer.problem(refusal));
        } else if (context.statusCode() == 429) {
            answer(context, Answer.problem(AcmeRefusal.later(SOON, "the server has too much to do; try again later")));
        } else if (context.statusCode() == 413) {
            answer(
                    context,
                    Answer.problem(new AcmeRefusal(
                            Problem.of(Kind.MALFORMED, "the request body is longer than " + LONGEST_BODY + " bytes")
                                    .as(413))));
        } else if (context.statusCode() >= 400 && context.statusCode() < 500) {
            answer(
                    context,
                    Answer.problem(new AcmeRefusal(Problem.of(Kind.MALFORMED, "the request is malformed")
                            .as(context.statusCode()))));
        } else {
            log.atError()
                    .addKeyValue("path", context.normalizedPath())
                    .setCause(context.failure())
                    .log("ACME request failed by a fault of ours");
            answer(
                    context,
                    Answer.problem(new AcmeRefusal(
                            Kind.SERVER_INTERNAL, "the server failed; its log tells why. Try again later")));
        }
    }

    private void answer(RoutingContext context, Answer answer) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status())
                .putHeader("Replay-Nonce", nonces.fresh())
                .putHeader("Cache-Control", "no-store");
        answer.headers().forEach(header -> response.headers().add(header.getKey(), header.getValue()));
        index(context).ifPresent(url -> response.headers().add("Link", "<" + url + ">;rel=\"index\""));
        response.end(answer.body()).onFailure(gone -> log.debug("an ACME client did not wait for its answer"));
    }

    /** On everything but the directory itself (RFC 8555, 7.1). */
    private Optional<String> index(RoutingContext context) {
        return provisioners.stream()
                .filter(name -> context.normalizedPath().startsWith(ROOT + name + "/"))
                .filter(name -> !context.normalizedPath().equals(ROOT + name + "/directory"))
                .map(name -> links(name).directory())
                .findFirst();
    }

    private Links links(String provisioner) {
        return new Links(baseUrl.get() + ROOT + provisioner);
    }

    private static AcmeRefusal missing(String what) {
        return new AcmeRefusal(
                Problem.of(Kind.MALFORMED, "there is no such " + what).as(404));
    }
}
