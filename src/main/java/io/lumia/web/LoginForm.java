package io.lumia.web;

import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Login and logout by the forms of a page, which are answered by sending the browser on (RFC 9110, 15.4.4). */
final class LoginForm {
    private static final String PAGE = "/login";
    private static final String NEXT = "next";
    private static final int LONGEST_PATH = 1000;

    private LoginForm() {}

    static boolean sent(RoutingContext context) {
        var type = context.request().getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    }

    static String token(RoutingContext context) {
        var token = context.request().getFormAttribute("token");
        return token == null ? "" : token.strip();
    }

    static void toWhereItCameFrom(RoutingContext context) {
        to(context, next(context));
    }

    /** @param why kind of the problem, for the page to explain */
    static void again(RoutingContext context, String why) {
        to(context, PAGE + "?failed=" + why + "&" + NEXT + "=" + encoded(next(context)));
    }

    static void anew(RoutingContext context) {
        to(context, PAGE);
    }

    /** Where to log in, and come back to {@code path} from. */
    static String pageFor(String path) {
        return PAGE + "?" + NEXT + "=" + encoded(path);
    }

    /** Only to a page of this server: no other host, however it is written, and nothing that would end the header. */
    private static String next(RoutingContext context) {
        var wanted = context.request().getFormAttribute(NEXT);
        boolean ours = wanted != null
                && wanted.length() <= LONGEST_PATH
                && wanted.startsWith("/")
                && !wanted.startsWith("//")
                && wanted.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
        return ours ? wanted : "/";
    }

    private static void to(RoutingContext context, String path) {
        var unused = context.response()
                .setStatusCode(303)
                .putHeader("Location", path)
                .end();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
