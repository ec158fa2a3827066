package io.lumia.web;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/**
 * The cookie that carries a session: no script reads it, no other site makes the browser send it, and it ends with the browser. Browsers share
 * cookies between the ports of a host, so its name holds the port; with HTTPS the prefix {@code __Host-} keeps neighbouring hosts from setting it.
 */
final class SessionCookie {
    private SessionCookie() {}

    static Optional<String> read(HttpServerRequest request) {
        return request.cookies(name(request)).stream()
                .map(Cookie::getValue)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    static void set(HttpServerRequest request, HttpServerResponse response, String secret) {
        response.putHeader("Set-Cookie", cookie(request, secret).encode());
    }

    static void expire(HttpServerRequest request, HttpServerResponse response) {
        response.putHeader("Set-Cookie", cookie(request, "").setMaxAge(0).encode());
    }

    private static Cookie cookie(HttpServerRequest request, String value) {
        return Cookie.cookie(name(request), value)
                .setPath("/")
                .setHttpOnly(true)
                .setSecure(request.isSSL())
                .setSameSite(CookieSameSite.STRICT);
    }

    private static String name(HttpServerRequest request) {
        return (request.isSSL() ? "__Host-lumia-" : "lumia-")
                + request.localAddress().port();
    }
}
