package io.lumia.web;

import io.lumia.bus.Origin;
import io.lumia.bus.RemoteCalls;
import io.lumia.http.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;

/** {@code /calls/ADDRESS}: questions to the authority from processes that run without one. */
final class CallsApi {
    private final Vertx vertx;

    CallsApi(Vertx vertx) {
        this.vertx = vertx;
    }

    void mount(ApiRoutes api) {
        api.post("/calls/:address", Role.ADMIN, this::call);
    }

    private void call(RoutingContext context) {
        var question = context.body().buffer();
        var address = context.request().getHeader("x-origin-address");
        if (address != null) {
            // who asked the process that asks us; it is trusted with more than this
            Origin.cameFrom(address);
        }
        var answer = RemoteCalls.answer(
                        vertx,
                        String.valueOf(context.pathParam("address")),
                        question == null ? Buffer.buffer() : question)
                .orElseThrow(() -> Rejected.notFound("no question of this address may be asked from outside"));
        answer.onSuccess(json -> context.response()
                        .putHeader("content-type", "application/json")
                        .end(json)
                        .onFailure(gone -> {}))
                .onFailure(failed -> context.fail(
                        failed instanceof IllegalArgumentException
                                ? Rejected.badRequest(failed.getMessage() + "")
                                : new Rejected(Problem.of(
                                        503, "unavailable", "Not available", "the authority does not answer here"))));
    }
}
