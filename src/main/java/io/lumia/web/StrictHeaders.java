package io.lumia.web;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** What every answer says to browsers: nothing runs, loads, frames or is sent elsewhere but our own files. */
final class StrictHeaders {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
                    + " font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private final boolean loopback;

    /** @param loopback where HTTPS must not be made binding: browsers would take it for every port of localhost */
    StrictHeaders(boolean loopback) {
        this.loopback = loopback;
    }

    void put(RoutingContext context) {
        var response = context.response()
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (isBinding(context.request())) {
            response.putHeader("Strict-Transport-Security", "max-age=31536000");
        }
        context.next();
    }

    private boolean isBinding(HttpServerRequest request) {
        return request.isSSL() && !loopback;
    }
}
