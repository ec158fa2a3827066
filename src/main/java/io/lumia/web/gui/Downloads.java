package io.lumia.web.gui;

import io.vertx.ext.web.RoutingContext;

/** Files that a page offers. */
final class Downloads {
    private Downloads() {}

    /** @param name made here of what needs no quoting */
    static void send(RoutingContext context, String type, String name, String content) {
        context.response()
                .putHeader("Content-Type", type)
                .putHeader("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .end(content)
                .onFailure(gone -> {});
    }
}
