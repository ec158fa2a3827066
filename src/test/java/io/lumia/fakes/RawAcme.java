package io.lumia.fakes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyPair;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** An ACME client that can do everything wrong. */
public final class RawAcme {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public final KeyPair pair;
    public String account = "";
    private final String base;
    private final HttpClient http;

    /** @param base of the provisioner */
    public RawAcme(String base, KeyPair pair) {
        this(base, pair, CLIENT);
    }

    /** @param http speaks to the server */
    public RawAcme(String base, KeyPair pair, HttpClient http) {
        this.base = base;
        this.pair = pair;
        this.http = http;
    }

    public record Reply(int status, JsonNode body, HttpResponse<String> raw) {
        public String type() {
            return body.path("type").asText().replace("urn:ietf:params:acme:error:", "");
        }

        public String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    public RawAcme register() {
        account = post("/new-account", header("/new-account").jwk(), "{\"contact\":[\"mailto:a@example.com\"]}")
                .header("Location");
        return this;
    }

    public String nonce() {
        return send(HttpRequest.newBuilder(URI.create(base + "/new-nonce"))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build())
                .header("Replay-Nonce");
    }

    /** A good protected header for the path (or whole address); change it at will. */
    public Header header(String path) {
        var header = new Header();
        header.fields.put("alg", "ES256");
        header.fields.put("nonce", nonce());
        header.fields.put("url", url(path));
        return header;
    }

    public final class Header {
        public final Map<String, Object> fields = new LinkedHashMap<>();

        public Header jwk() {
            try {
                fields.put(
                        "jwk",
                        PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic())
                                .toParams(org.jose4j.jwk.JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
                return this;
            } catch (JoseException broken) {
                throw new IllegalStateException(broken);
            }
        }

        public Header kid() {
            return with("kid", account);
        }

        public Header with(String name, Object value) {
            fields.put(name, value);
            return this;
        }
    }

    /** As the registered account. */
    public Reply post(String path, String payload) {
        return post(path, header(path).kid(), payload);
    }

    public Reply post(String path, Header header, String payload) {
        return postRaw(path, signed(header, payload, pair.getPrivate()), "application/jose+json");
    }

    public String signed(Header header, String payload, Key key) {
        try {
            var signature = new JsonWebSignature();
            header.fields.forEach(signature.getHeaders()::setObjectHeaderValue);
            signature.setPayload(payload);
            signature.setKey(key);
            signature.setDoKeyValidation(false);
            signature.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.NO_CONSTRAINTS);
            var parts = signature.getCompactSerialization().split("\\.", -1);
            return body(parts[0], parts[1], parts[2]);
        } catch (JoseException broken) {
            throw new IllegalStateException(broken);
        }
    }

    public static String body(String header, String payload, String signature) {
        return "{\"protected\":\"" + header + "\",\"payload\":\"" + payload + "\",\"signature\":\"" + signature + "\"}";
    }

    public static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    public Reply postRaw(String path, String body, String contentType) {
        return send(HttpRequest.newBuilder(URI.create(url(path)))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    public Reply get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url(path))).build());
    }

    private String url(String path) {
        return path.startsWith("http") ? path : base + path;
    }

    private Reply send(HttpRequest request) {
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            boolean json = Optional.of(
                            answer.headers().firstValue("Content-Type").orElse(""))
                    .filter(type -> type.contains("json"))
                    .isPresent();
            return new Reply(
                    answer.statusCode(),
                    JSON.readTree(json && !answer.body().isEmpty() ? answer.body() : "{}"),
                    answer);
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
