package io.lumia.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lumia.config.Durations;
import io.lumia.http.Problem;
import io.lumia.x509.Printable;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON object that somebody sent; every reader names the member that is wrong. */
final class RequestBody {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;

    private RequestBody(JsonNode object) {
        this.object = object;
    }

    /** @param members which may be there; any other is refused by name */
    static RequestBody of(RoutingContext context, Set<String> members) {
        demandJson(context);
        var body = new RequestBody(object(context));
        body.object.fieldNames().forEachRemaining(name -> {
            if (!members.contains(name)) {
                throw Rejected.badRequest(
                        "unknown member " + Printable.quoted(name) + "; expected " + String.join(", ", members));
            }
        });
        return body;
    }

    /** Texts by name, whatever the names; null stays null. */
    static Map<String, @Nullable String> values(RoutingContext context) {
        demandJson(context);
        var body = new RequestBody(object(context));
        var names = new LinkedHashSet<String>();
        body.object.fieldNames().forEachRemaining(names::add);
        var values = new LinkedHashMap<String, @Nullable String>();
        names.forEach(name -> values.put(name, body.text(name).orElse(null)));
        return values;
    }

    boolean has(String member) {
        return object.has(member);
    }

    boolean isNull(String member) {
        return object.path(member).isNull();
    }

    Optional<String> text(String member) {
        var value = object.get(member);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw Rejected.badRequest("the member '" + member + "' must be a string");
        }
        return Optional.of(value.textValue());
    }

    String required(String member) {
        return text(member).orElseThrow(() -> Rejected.badRequest("the member '" + member + "' is missing"));
    }

    Optional<Boolean> flag(String member) {
        var value = object.get(member);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw Rejected.badRequest("the member '" + member + "' must be true or false");
        }
        return Optional.of(value.booleanValue());
    }

    /** A number from 0 to 1. */
    Optional<Double> share(String member) {
        var value = object.get(member);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isNumber() || value.doubleValue() < 0 || value.doubleValue() > 1) {
            throw Rejected.badRequest("the member '" + member + "' must be a number from 0 to 1");
        }
        return Optional.of(value.doubleValue());
    }

    Optional<Duration> duration(String member) {
        return text(member).map(given -> {
            try {
                var duration = Durations.parse(given);
                if (duration.isNegative() || duration.compareTo(Duration.ofDays(36_600)) > 0) {
                    throw new IllegalArgumentException(
                            "expected a duration from 0s to 36600d, is " + Printable.quoted(given));
                }
                return duration;
            } catch (IllegalArgumentException malformed) {
                throw Rejected.badRequest("the member '" + member + "': " + malformed.getMessage());
            }
        });
    }

    /** Empty when the member is missing. */
    List<String> texts(String member) {
        var value = object.get(member);
        if (value == null || value.isNull()) {
            return List.of();
        }
        var texts = new ArrayList<String>();
        for (JsonNode entry : value) {
            if (!entry.isTextual()) {
                throw Rejected.badRequest("the member '" + member + "' must be a list of strings");
            }
            texts.add(entry.textValue());
        }
        if (!value.isArray()) {
            throw Rejected.badRequest("the member '" + member + "' must be a list of strings");
        }
        return texts;
    }

    private static void demandJson(RoutingContext context) {
        var type = context.request().getHeader("Content-Type");
        if (type == null
                || !type.split(";", 2)[0]
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .matches("application/(merge-patch\\+)?json")) {
            throw new Rejected(Problem.of(
                    415, "unsupported-media-type", "Unsupported media type", "send Content-Type: application/json"));
        }
    }

    private static JsonNode object(RoutingContext context) {
        var buffer = context.body().buffer();
        try {
            var tree = buffer == null ? null : JSON.readTree(buffer.getBytes());
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException malformed) {
            throw Rejected.badRequest("the body is not JSON");
        }
        throw Rejected.badRequest("the body is no JSON object");
    }
}
