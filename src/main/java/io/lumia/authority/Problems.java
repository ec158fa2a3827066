package io.lumia.authority;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Errors as problem documents (RFC 9457). */
final class Problems {
    private Problems() {}

    /** Every error that no route answers itself. */
    static void answerFor(Router router) {
        for (int status : new int[] {400, 404, 405, 406, 408, 413, 414, 415, 500, 503}) {
            router.errorHandler(status, context -> answer(context, status, detail(status)));
        }
    }

    static void answer(RoutingContext context, int status, String detail) {
        var response = context.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(new JsonObject()
                        .put("type", "about:blank")
                        .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                        .put("status", status)
                        .put("detail", detail)
                        .encode());
    }

    private static String detail(int status) {
        return switch (status) {
            case 404 -> "there is nothing at this path";
            case 405 -> "this path does not take this method";
            case 413 -> "the body is longer than " + CaRoutes.LONGEST_BODY + " bytes";
            case 500 -> "the authority failed; its log says why";
            case 503 -> "the authority did not answer in time; try again later";
            default -> "the request cannot be read";
        };
    }
}
