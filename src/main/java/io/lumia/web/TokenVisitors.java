package io.lumia.web;

import io.lumia.http.Problem;
import io.lumia.web.Operator.How;
import io.lumia.web.gui.Visitors;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** Everybody who showed the admin token, until the end of the process. */
final class TokenVisitors implements Visitors {
    private static final String COOKIE = "lumia-session";

    private final AdminToken token;
    private final SecureRandom random = new SecureRandom();
    private final Set<String> sessions = new HashSet<>();

    TokenVisitors(AdminToken token) {
        this.token = token;
    }

    @Override
    public Future<Boolean> recognise(RoutingContext context) {
        var cookie = context.request().getCookie(COOKIE);
        boolean known = cookie != null && sessions.contains(cookie.getValue());
        if (known) {
            new Operator(AdminToken.NAME, Role.ADMIN, How.SESSION).sends(context);
        }
        return Future.succeededFuture(known);
    }

    @Override
    public boolean isGenuine(RoutingContext context) {
        var site = context.request().getHeader("Sec-Fetch-Site");
        return site == null || site.equals("same-origin");
    }

    @Override
    public Future<Void> enter(RoutingContext context, String presented) {
        if (!token.matches(presented)) {
            return Future.failedFuture(new Rejected(
                    Problem.of(401, "unauthorized", "Token wrong", "no token is this one; see DATA/admin-token")));
        }
        var octets = new byte[32];
        random.nextBytes(octets);
        var secret = HexFormat.of().formatHex(octets);
        sessions.add(secret);
        var unused = context.response()
                .addCookie(Cookie.cookie(COOKIE, secret)
                        .setHttpOnly(true)
                        .setPath("/")
                        .setSameSite(CookieSameSite.STRICT));
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> leave(RoutingContext context) {
        var cookie = context.request().getCookie(COOKIE);
        if (cookie != null) {
            sessions.remove(cookie.getValue());
        }
        return Future.succeededFuture();
    }
}
