package io.lumia.authority.stepapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.http.PresentedCertificate;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The paths, each with and without the prefix /1.0; between HTTP and the resources. */
final class StepRoutes {
    private static final Logger log = LoggerFactory.getLogger(StepRoutes.class);
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    private static final String BEARER = "Bearer ";

    private final Provisioners provisioners;
    private final SignResource sign;
    private final RenewResource renew;
    private final RevokeResource revoke;

    /** An error as the step CLI shows it. */
    private record Refused(int status, String message) {}

    StepRoutes(Provisioners provisioners, SignResource sign, RenewResource renew, RevokeResource revoke) {
        this.provisioners = provisioners;
        this.sign = sign;
        this.renew = renew;
        this.revoke = revoke;
    }

    void mount(Router router) {
        for (String prefix : List.of("", "/1.0")) {
            router.get(prefix + "/provisioners").handler(answering(200, this::page));
            router.get(prefix + "/provisioners/:kid/encrypted-key").handler(answering(200, this::encryptedKey));
            List.of("/sign", "/renew", "/rekey", "/revoke")
                    .forEach(path -> router.post(prefix + path).failureHandler(StepRoutes::shed));
            router.post(prefix + "/sign")
                    .handler(answering(201, context -> sign.run(body(context, SignResource.Sign.class))));
            router.post(prefix + "/renew")
                    .handler(answering(201, context -> renew.renew(PresentedCertificate.of(context), bearer(context))));
            router.post(prefix + "/rekey")
                    .handler(answering(
                            201,
                            context -> renew.rekey(
                                    PresentedCertificate.of(context), body(context, RenewResource.Rekey.class))));
            router.post(prefix + "/revoke")
                    .handler(answering(
                            200,
                            context -> revoke.run(
                                    body(context, RevokeResource.Revoke.class), PresentedCertificate.of(context))));
        }
    }

    private Future<?> page(RoutingContext context) {
        var request = context.request();
        return Future.succeededFuture(provisioners.page(request.getParam("cursor"), request.getParam("limit")));
    }

    private Future<?> encryptedKey(RoutingContext context) {
        return Future.succeededFuture(provisioners
                .encryptedKey(context.pathParam("kid"))
                .orElseThrow(() -> new StepRefusal(404, "no provisioner has this key")));
    }

    private static io.vertx.core.Handler<RoutingContext> answering(
            int status, Function<RoutingContext, Future<?>> resource) {
        return context -> {
            Future<?> answer;
            try {
                answer = resource.apply(context);
            } catch (RuntimeException refused) {
                answer = Future.failedFuture(refused);
            }
            answer.onSuccess(body -> send(context, status, body)).onFailure(failed -> fail(context, failed));
        };
    }

    /** Turned away before it came here. */
    private static void shed(RoutingContext context) {
        if (context.statusCode() == 429) {
            fail(context, new StepRefusal(429, "the authority has too much to do; try again later"));
        } else {
            context.next();
        }
    }

    private static void fail(RoutingContext context, Throwable failed) {
        if (!(failed instanceof StepRefusal refusal)) {
            log.atError()
                    .addKeyValue("path", context.normalizedPath())
                    .setCause(failed)
                    .log("step request failed");
            send(context, 500, new Refused(500, "the authority failed; its log says why"));
            return;
        }
        if (refusal.status() == 429) {
            context.response().putHeader("Retry-After", "1");
        }
        send(context, refusal.status(), new Refused(refusal.status(), refusal.sentence()));
    }

    private static void send(RoutingContext context, int status, Object body) {
        var response = context.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        try {
            // whether the client still takes it does not matter any more
            var unused = response.setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .putHeader("Cache-Control", "no-store")
                    .end(JSON.writeValueAsString(body));
        } catch (JsonProcessingException broken) {
            context.fail(500, broken);
        }
    }

    private static <T> T body(RoutingContext context, Class<T> type) {
        var text = context.body().asString();
        try {
            var read = text == null ? null : JSON.readValue(text, type);
            if (read != null) {
                return read;
            }
        } catch (JsonProcessingException malformed) {
            // told below, as an empty body
        }
        throw StepRefusal.badRequest("the body is not the JSON object that this path takes");
    }

    private static String bearer(RoutingContext context) {
        var header = context.request().getHeader("Authorization");
        return header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : "";
    }
}
