package io.lumia.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.Call;
import io.lumia.http.Problem;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How requests are read and results, refusals and failures become HTTP. */
final class Answers {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int USUAL_SIZE = 50;
    private static final int LARGEST_SIZE = 1000;

    private Answers() {}

    /**
     * Asks on the bus.
     *
     * @param part which answers; named when it does not run in this process
     */
    static <Q extends Record, A> Future<A> ask(RoutingContext context, Call<Q, A> call, Q question, String part) {
        return call.ask(context.vertx(), question)
                .recover(failed -> Future.failedFuture(Call.isAbsent(failed) ? absent(part) : failed));
    }

    /** Sends what comes of the future. */
    static void send(RoutingContext context, int status, Future<?> view) {
        var unused = view.onComplete(answer -> ok(context, status, answer), context::fail);
    }

    /** The last resort of every route. */
    static void failed(RoutingContext context) {
        var cause = context.failure();
        if (!(cause instanceof HttpClosedException)) {
            problem(context, cause).answer(context.response());
        }
    }

    static int page(RoutingContext context) {
        return number(context, "page", 0, 0, Integer.MAX_VALUE / LARGEST_SIZE);
    }

    static int size(RoutingContext context) {
        return number(context, "size", USUAL_SIZE, 1, LARGEST_SIZE);
    }

    static Optional<String> parameter(RoutingContext context, String name) {
        var values = context.queryParam(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    private static int number(RoutingContext context, String name, int usual, int least, int most) {
        var given = parameter(context, name);
        if (given.isEmpty()) {
            return usual;
        }
        try {
            int number = Integer.parseInt(given.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // told below
        }
        throw Rejected.badRequest("the parameter '" + name + "' must be a number from " + least + " to " + most
                + ", is " + Printable.quoted(given.get()));
    }

    private static void ok(RoutingContext context, int status, Object view) {
        try {
            var unused = context.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(JSON.writeValueAsString(view));
        } catch (JsonProcessingException unwritable) {
            context.fail(unwritable);
        }
    }

    private static Rejected absent(String part) {
        return new Rejected(Problem.of(
                503,
                "part-absent",
                "Part does not run here",
                "this process does not run the part '" + part + "'; add it to 'parts' or ask the process that does"));
    }

    private static Problem problem(RoutingContext context, Throwable cause) {
        if (cause instanceof Rejected rejected) {
            return rejected.problem();
        }
        return switch (context.statusCode()) {
            case 400 -> Problem.of(400, "bad-request", "Bad request", "the request is malformed");
            case 404 -> Problem.of(404, "not-found", "Not found", "there is no such resource; see docs/api.md");
            case 405 -> Problem.of(405, "method-not-allowed", "Method not allowed", "see docs/api.md for the methods");
            case 415 ->
                Problem.of(
                        415, "unsupported-media-type", "Unsupported media type", "send Content-Type: application/json");
            case 413 ->
                Problem.of(413, "too-large", "Request too large", "the body exceeds 64 KiB")
                        .with("Connection", "close");
            default -> broken(context, cause);
        };
    }

    private static Problem broken(RoutingContext context, Throwable cause) {
        log.atError()
                .setCause(cause)
                .addKeyValue(
                        "path",
                        Printable.quoted(String.valueOf(context.request().path())))
                .log("the admin API could not answer");
        return Problem.of(500, "internal", "Internal error", "Lumia could not answer; its log says why");
    }
}
