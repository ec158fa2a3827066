package io.lumia.authority.acme;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lumia.x509.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request body in flattened JWS serialization (RFC 8555, 6.2), taken apart but not verified yet.
 *
 * @param compact the same JWS in compact serialization
 * @param algorithm one of {@link #ALGORITHMS}
 * @param jwk the key itself, as JSON; null when {@code kid} names an account
 * @param kid URL of an account; null when the key itself is there
 * @param payload decoded; empty in a POST-as-GET
 */
record SignedRequest(
        String compact,
        String algorithm,
        String nonce,
        String url,
        @Nullable String jwk,
        @Nullable String kid,
        String payload) {

    /** No {@code none}, no MAC: a public key must never serve as a shared secret (RFC 8555, 6.2). */
    static final List<String> ALGORITHMS = List.of("ES256", "ES384", "RS256", "EdDSA");

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** @throws AcmeRefusal saying what is wrong */
    static SignedRequest parse(String body) {
        return parse(body, false);
    }

    /**
     * A JWS inside another one: names its key itself and has no nonce of its own (RFC 8555, 7.3.5).
     *
     * @throws AcmeRefusal saying what is wrong
     */
    static SignedRequest parseInner(String body) {
        return parse(body, true);
    }

    private static SignedRequest parse(String body, boolean inner) {
        var outer = object(body, "the request body");
        if (outer.has("signatures")) {
            throw AcmeRefusal.malformed("the request carries several signatures; use the flattened JWS serialization");
        }
        if (outer.has("header")) {
            throw AcmeRefusal.malformed("the JWS has an unprotected header; put everything into 'protected'");
        }
        var encodedHeader = encoded(outer, "protected");
        var encodedPayload = encoded(outer, "payload");
        var encodedSignature = encoded(outer, "signature");
        var header = object(decode(encodedHeader), "the protected header");
        if (header.has("crit") || header.has("b64")) {
            throw AcmeRefusal.malformed("the protected header demands JWS extensions that this server does not know");
        }
        return headed(
                header, inner, encodedHeader + "." + encodedPayload + "." + encodedSignature, decode(encodedPayload));
    }

    /** What was signed (RFC 7515, 5.2). */
    byte[] signingInput() {
        return compact.substring(0, compact.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws IllegalArgumentException when it is no base64url */
    byte[] signature() {
        return Base64.getUrlDecoder().decode(compact.substring(compact.lastIndexOf('.') + 1));
    }

    /** Whether there is nothing in it: the request only wants to read (RFC 8555, 6.3). */
    boolean isPostAsGet() {
        return payload.isEmpty();
    }

    /** The payload as the record that this resource takes; unknown fields are ignored (RFC 8555, 7.1). @throws AcmeRefusal */
    <T> T payload(Class<T> type) {
        var fields = object(payload, "the payload");
        try {
            return STRICT.readerFor(type)
                    .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .readValue(fields);
        } catch (IOException unreadable) {
            throw AcmeRefusal.malformed("the payload has fields of the wrong type");
        }
    }

    private static SignedRequest headed(JsonNode header, boolean inner, String compact, String payload) {
        var algorithm = text(header, "alg");
        if (!ALGORITHMS.contains(algorithm)) {
            throw new AcmeRefusal(Problem.of(
                            Problem.Kind.BAD_SIGNATURE_ALGORITHM,
                            "signature algorithm " + Printable.quoted(algorithm) + " is not accepted; use one of "
                                    + String.join(", ", ALGORITHMS))
                    .accepting(ALGORITHMS));
        }
        if (header.has("jwk") == header.has("kid")) {
            throw AcmeRefusal.malformed("the protected header must have exactly one of 'jwk' and 'kid'");
        }
        if (header.has("jwk") && !header.get("jwk").isObject()) {
            throw AcmeRefusal.malformed("'jwk' in the protected header must be a JSON object");
        }
        if (inner && (header.has("nonce") || !header.has("jwk"))) {
            throw AcmeRefusal.malformed("the inner JWS must have 'jwk' and no 'nonce' in its protected header");
        }
        var nonce = inner ? "" : text(header, "nonce");
        if (!isBase64Url(nonce)) {
            throw AcmeRefusal.malformed("the nonce is not base64url");
        }
        return new SignedRequest(
                compact,
                algorithm,
                nonce,
                text(header, "url"),
                header.has("jwk") ? header.get("jwk").toString() : null,
                header.has("kid") ? text(header, "kid") : null,
                payload);
    }

    private static JsonNode object(String json, String what) {
        try {
            var node = STRICT.readTree(json);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (IOException notJson) {
            // told below, as any other text that is no JSON object
        }
        throw AcmeRefusal.malformed(what + " is not a JSON object");
    }

    private static String encoded(JsonNode outer, String field) {
        var value = text(outer, field);
        if (!isBase64Url(value)) {
            throw AcmeRefusal.malformed("'" + field + "' is not base64url without padding");
        }
        return value;
    }

    private static boolean isBase64Url(String text) {
        return text.chars()
                .allMatch(letter -> (letter >= 'A' && letter <= 'Z')
                        || (letter >= 'a' && letter <= 'z')
                        || (letter >= '0' && letter <= '9')
                        || letter == '-'
                        || letter == '_');
    }

    private static String text(JsonNode node, String field) {
        var value = node.get(field);
        if (value == null || !value.isTextual()) {
            throw AcmeRefusal.malformed("'" + field + "' is missing or not a string");
        }
        return value.textValue();
    }

    private static String decode(String base64url) {
        try {
            return new String(Base64.getUrlDecoder().decode(base64url), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrongLength) {
            throw AcmeRefusal.malformed("the JWS is not base64url");
        }
    }
}
