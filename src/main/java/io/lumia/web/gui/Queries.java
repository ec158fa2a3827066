package io.lumia.web.gui;

import io.vertx.ext.web.RoutingContext;

/** What stands behind the question mark of a page's address; nonsense is taken for nothing, since people edit addresses. */
final class Queries {
    private static final int LAST_PAGE = 1_000_000;

    private Queries() {}

    /** Stripped, and cut after so many characters; empty when it is missing. */
    static String text(RoutingContext context, String name, int longest) {
        var given = context.queryParam(name);
        var text = given.isEmpty() ? "" : given.get(0).strip();
        return text.length() > longest ? text.substring(0, longest) : text;
    }

    /** From 0. */
    static int page(RoutingContext context) {
        var given = text(context, "page", 7);
        return given.matches("\\d{1,7}") ? Math.min(Integer.parseInt(given), LAST_PAGE) : 0;
    }
}
