package io.lumia.provisioning;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lumia.x509.Printable;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a device sends: {@code {"device", "csr", "token"}}.
 *
 * @param token null when none was given
 */
record Application(String device, String csr, @Nullable String token) {
    private static final Set<String> MEMBERS = Set.of("device", "csr", "token");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** @throws IllegalArgumentException saying what is malformed */
    static Application parse(Buffer body) {
        var object = object(body);
        object.fieldNames().forEachRemaining(name -> {
            if (!MEMBERS.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown member " + Printable.quoted(name) + "; expected device, csr and, if any, token");
            }
        });
        var token = object.get("token");
        return new Application(
                text(object, "device"),
                text(object, "csr"),
                token == null || token.isNull() ? null : text(object, "token"));
    }

    private static JsonNode object(Buffer body) {
        try {
            var tree = JSON.readTree(body.getBytes());
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("the body is not JSON; expected {\"device\": …, \"csr\": …}");
        }
        throw new IllegalArgumentException("the body is no JSON object; expected {\"device\": …, \"csr\": …}");
    }

    private static String text(JsonNode object, String member) {
        var value = object.get(member);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException("the member '" + member + "' is missing or no string");
        }
        return value.textValue();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Application[" + Printable.quoted(device) + "]";
    }
}
