package io.lumia.web;

import io.lumia.http.Problem;
import io.lumia.web.live.EventFeed;
import io.vertx.ext.web.RoutingContext;

/** {@code /events}: what happens, as server-sent events (WHATWG HTML, 9.2). */
final class EventsApi {
    private final EventFeed feed;

    EventsApi(EventFeed feed) {
        this.feed = feed;
    }

    void mount(ApiRoutes api) {
        api.get("/events", Role.VIEWER, this::listen);
    }

    private void listen(RoutingContext context) {
        if (!feed.hasRoom()) {
            throw new Rejected(
                    Problem.of(503, "too-many-listeners", "Too many listeners", "too many listen already; close some")
                            .retryAfter(java.time.Duration.ofSeconds(30)));
        }
        // an answer that begins before the request has ended counts as one to a body that is still coming
        var unused = context.request()
                .end()
                .onSuccess(ended -> feed.open(context.response(), after(context)))
                .onFailure(gone -> {});
    }

    /** What it heard last, as the browser or the program says; else everything from now on. */
    private long after(RoutingContext context) {
        var header = context.request().getHeader("Last-Event-ID");
        var given = header == null ? Answers.parameter(context, "after").orElse("") : header;
        return given.matches("\\d{1,18}") ? Long.parseLong(given) : feed.lastId();
    }
}
