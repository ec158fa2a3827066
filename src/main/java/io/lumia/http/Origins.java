package io.lumia.http;

import io.lumia.bus.Origin;
import io.vertx.core.http.HttpServerRequest;

/** Gives each request its {@link Origin}, and tells the caller its id, by which log and audit are searched. */
public final class Origins {
    private Origins() {}

    /** Of a caller that is who the socket says. */
    public static void begin(HttpServerRequest request) {
        begin(request, request.remoteAddress().hostAddress());
    }

    /** @param address of the caller, behind proxies as well */
    public static void begin(HttpServerRequest request, String address) {
        var origin = Origin.of(request.getHeader("X-Request-Id"), request.getHeader("traceparent"), address);
        origin.begin();
        request.response().putHeader("X-Request-Id", origin.correlation());
    }
}
