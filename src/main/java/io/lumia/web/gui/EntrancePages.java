package io.lumia.web.gui;

import io.lumia.web.Rejected;
import io.lumia.web.gui.Shell.Notice;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Logging in and out. */
final class EntrancePages implements Gui.Pages {
    private static final String LOGIN = "/login";

    private final Screens screens;
    private final Visitors visitors;

    EntrancePages(Screens screens, Visitors visitors) {
        this.screens = screens;
        this.visitors = visitors;
    }

    /** @param to where the visitor wanted to go */
    record Entrance(String to) {}

    @Override
    public void mount(Router router) {
        router.get(LOGIN).handler(context -> show(context, 200, null));
        router.post(LOGIN).handler(this::enter);
        router.post("/logout").handler(this::leave);
    }

    /** Sends a stranger to the entrance; a program that asks for events or a piece of a page gets a plain refusal. */
    static void send(RoutingContext context) {
        boolean isPage = HttpMethod.GET.equals(context.request().method())
                && context.request().getHeader("HX-Request") == null;
        if (!isPage) {
            context.response()
                    .setStatusCode(401)
                    .putHeader("HX-Redirect", LOGIN)
                    .putHeader("Content-Type", "text/plain")
                    .end("Log in first: " + LOGIN)
                    .onFailure(gone -> {});
            return;
        }
        var wanted = context.request().uri();
        Screens.go(
                context,
                wanted.equals("/") ? LOGIN : LOGIN + "?to=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8),
                null);
    }

    /** A path on this site, whatever is asked for; else the first page. */
    static String localPath(@Nullable String wanted) {
        return wanted != null && wanted.matches("/(?![/\\\\])[!-~&&[^\\\\]]{0,1000}") ? wanted : "/";
    }

    private void enter(RoutingContext context) {
        if (!visitors.isGenuine(context)) {
            show(context, 403, "The form was not sent by this page. Try again here.");
            return;
        }
        var form = context.request().formAttributes();
        var token = form.get("token") == null ? "" : form.get("token").strip();
        var unused = visitors.enter(context, token)
                .onSuccess(in -> Screens.go(context, localPath(form.get("to")), null))
                .onFailure(failed -> {
                    if (failed instanceof Rejected rejected) {
                        show(
                                context,
                                rejected.problem().status(),
                                rejected.problem().detail());
                    } else {
                        context.fail(failed);
                    }
                });
    }

    private void leave(RoutingContext context) {
        var unused = visitors.leave(context)
                .onSuccess(left -> Screens.go(context, LOGIN, Done.LEFT))
                .onFailure(context::fail);
    }

    private void show(RoutingContext context, int status, @Nullable String wrong) {
        var to = HttpMethod.POST.equals(context.request().method())
                ? context.request().getFormAttribute("to")
                : String.join("", context.queryParam("to"));
        var shell = screens.shell(context, "Log in", null);
        screens.show(
                context,
                status,
                "login",
                wrong == null ? shell : shell.with(new Notice("bad", wrong)),
                new Entrance(localPath(to)));
    }
}
