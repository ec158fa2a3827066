package io.lumia.web;

import io.lumia.http.Problem;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Refuses paths that no client of ours sends: steps upwards, encoded slashes, control characters, in any disguise. */
final class PathCheck {
    /** Still an escape of a dot, slash or backslash once decoded. */
    private static final Pattern TWICE = Pattern.compile("%(2e|2f|5c)", Pattern.CASE_INSENSITIVE);

    private final Refusals refusals;

    PathCheck(Refusals refusals) {
        this.refusals = refusals;
    }

    void check(RoutingContext context) {
        if (!isPlain(context.request().path())) {
            refusals.tell(context.request(), Authentication.NOBODY, Refusals.REQUEST, "malformed-path");
            throw new Rejected(Problem.of(
                    400,
                    "malformed-path",
                    "Malformed path",
                    "the path holds '..', an encoded slash, a backslash, a control character or a broken escape"));
        }
        context.next();
    }

    static boolean isPlain(@Nullable String path) {
        if (path == null || !path.startsWith("/")) {
            return false;
        }
        for (String segment : path.split("/", -1)) {
            var plain = decoded(segment);
            if (plain == null
                    || plain.equals("..")
                    || plain.equals(".")
                    || plain.chars().anyMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c))
                    || TWICE.matcher(plain).find()) {
                return false;
            }
        }
        return true;
    }

    /** Null: a broken escape. */
    private static @Nullable String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            return null;
        }
    }
}
