package io.lumia.web.gui;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.lumia.bus.Call;
import io.lumia.http.Problem;
import io.lumia.web.Operator;
import io.lumia.web.Rejected;
import io.lumia.web.gui.Shell.Notice;
import io.lumia.web.live.EventFeed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts pages together and sends them; what the pages have in common. */
record Screens(Vertx vertx, TemplateEngine engine, Assets assets, EventFeed feed, Clock clock) {
    private static final Logger log = LoggerFactory.getLogger(Screens.class);
    /** What a redirect adds to tell the next page what was done. */
    static final String DONE = "done";

    static Screens open(Vertx vertx, Assets assets, EventFeed feed, Clock clock) {
        var engine = TemplateEngine.createPrecompiled(null, ContentType.Html, null, "io.lumia.web.gui");
        return new Screens(vertx, engine, assets, feed, clock);
    }

    Instant now() {
        return clock.instant();
    }

    Shell shell(RoutingContext context, String title, @Nullable Section section) {
        return new Shell(
                title,
                section,
                context.get(Operator.class.getName()) instanceof Operator operator ? operator : null,
                Theme.of(context),
                assets,
                now(),
                context.normalizedPath(),
                feed.lastId(),
                Done.notice(context).orElse(null));
    }

    /** Sends a page. */
    void show(RoutingContext context, int status, String template, Shell shell, Object page) {
        var html = new StringOutput();
        engine.render(template + ".jte", Map.of("shell", shell, "page", page), html);
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "text/html; charset=utf-8")
                .end(html.toString())
                .onFailure(gone -> {});
    }

    /** Sends the page that comes of the future. */
    void show(RoutingContext context, String template, Shell shell, Future<?> page) {
        var unused = page.onComplete(
                made -> guarded(context, () -> show(context, 200, template, shell, made)),
                failed -> context.fail(failed));
    }

    /** Goes to another page, which tells what was done. */
    static void go(RoutingContext context, String path, @Nullable Done done) {
        var target = done == null ? path : path + (path.contains("?") ? "&" : "?") + DONE + "=" + done.label();
        context.response()
                .setStatusCode(303)
                .putHeader("Location", target)
                .end()
                .onFailure(gone -> {});
    }

    /** Asks a part; empty when it does not run here or does not answer. */
    <Q extends Record, A, V> Future<Optional<V>> unlessSilent(Call<Q, A> call, Q question, Function<A, V> view) {
        return call.ask(vertx, question)
                .map(told -> Optional.of(view.apply(told)))
                .otherwise(silent -> Optional.empty());
    }

    /** Asks a part; fails so that the page says which part is missing. */
    <Q extends Record, A> Future<A> ask(Call<Q, A> call, Q question, String part) {
        return call.ask(vertx, question)
                .recover(failed -> Future.failedFuture(Call.isAbsent(failed) ? absent(part) : failed));
    }

    /** The last resort of every page. */
    void failed(RoutingContext context) {
        var problem = problem(context);
        problem.headers().forEach((name, value) -> context.response().putHeader(name, value));
        var shell = shell(context, problem.title(), null);
        show(context, problem.status(), "fault", shell.with(new Notice("bad", problem.detail())), problem);
    }

    private Problem problem(RoutingContext context) {
        if (context.failure() instanceof Rejected rejected) {
            return rejected.problem();
        }
        return switch (context.statusCode()) {
            case 400 -> Problem.of(400, "bad-request", "Bad request", "The request is malformed.");
            case 404 -> Problem.of(404, "not-found", "Not found", "There is no such page.");
            case 405 -> Problem.of(405, "method-not-allowed", "Method not allowed", "This page does not do that.");
            case 413 -> Problem.of(413, "too-large", "Too large", "What was sent exceeds 64 KiB.");
            default -> {
                log.atError().setCause(context.failure()).log("the web interface could not answer");
                yield Problem.of(
                        500, "internal", "Something broke", "Lumia could not answer; its log says why. Try again.");
            }
        };
    }

    private static Rejected absent(String part) {
        return new Rejected(
                Problem.of(
                        503,
                        "part-absent",
                        "Part does not run here",
                        "This process does not run the part '" + part
                                + "'. Add it to 'parts' in the configuration, or open the interface of the process that runs it."));
    }

    private static void guarded(RoutingContext context, Runnable rendering) {
        try {
            rendering.run();
        } catch (RuntimeException broken) {
            context.fail(broken);
        }
    }
}
