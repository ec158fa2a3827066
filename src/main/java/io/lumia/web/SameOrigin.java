package io.lumia.web;

import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was sent by our own pages. Browsers say so in Sec-Fetch-Site (Fetch Metadata, W3C) and Origin (RFC 6454), which no page
 * can forge; this holds against requests that another site makes a browser send with its cookie or client certificate.
 */
enum SameOrigin {
    /** The browser says that one of our pages sent it. */
    PROVEN,
    /** The browser names another site, or nobody. */
    DISPROVED,
    /** No browser of the last years sent it. */
    UNTOLD;

    static SameOrigin of(HttpServerRequest request) {
        var site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") ? PROVEN : DISPROVED;
        }
        var origin = request.getHeader("Origin");
        if (origin == null) {
            return UNTOLD;
        }
        return origin.toLowerCase(Locale.ROOT).equals(own(request)) ? PROVEN : DISPROVED;
    }

    /** As a browser writes it, without the scheme's own port. */
    private static @Nullable String own(HttpServerRequest request) {
        var authority = request.authority();
        if (authority == null) {
            return null;
        }
        boolean secure = request.isSSL();
        int port = authority.port();
        var shown = port <= 0 || port == (secure ? 443 : 80) ? "" : ":" + port;
        return (secure ? "https://" : "http://") + authority.host().toLowerCase(Locale.ROOT) + shown;
    }
}
