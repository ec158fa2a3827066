package io.lumia.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.x509.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The admin API as commands see it: JSON in, JSON out, every failure one sentence. */
final class AdminClient {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final HttpClient http;
    private final URI base;
    private final @Nullable String token;

    /**
     * @param base without path: {@code http://127.0.0.1:8502}
     * @param token null: the client shows a certificate
     */
    AdminClient(HttpClient http, URI base, @Nullable String token) {
        this.http = http;
        this.base = base;
        this.token = token;
    }

    /** @param path below {@code /api/v1}, query included */
    JsonNode get(String path) throws CommandFailed {
        return send(request(path).GET());
    }

    /** What is too long to hold; fails while it is read when the other side breaks off. */
    InputStream stream(String path) throws CommandFailed {
        var response = exchange(request(path).GET(), BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (var body = response.body()) {
            throw refused(
                    response.statusCode(),
                    response.headers(),
                    parse(new String(body.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException broken) {
            throw new CommandFailed("the connection to " + base + " broke (" + broken.getMessage() + ")");
        }
    }

    JsonNode send(String method, String path, JsonNode body) throws CommandFailed {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.toString())));
    }

    JsonNode delete(String path) throws CommandFailed {
        return send(request(path).DELETE());
    }

    /** Percent-encodes a path segment or query value. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(base.resolve("/api/v1" + path)).timeout(PATIENCE);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder request) throws CommandFailed {
        return understood(exchange(request, BodyHandlers.ofString()));
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws CommandFailed {
        try {
            return http.send(request.build(), body);
        } catch (ConnectException refused) {
            throw new CommandFailed(
                    "cannot reach " + base + ": is Lumia running? Start it with ./lumia run, or name its"
                            + " address with --url or LUMIA_URL");
        } catch (SSLException untrusted) {
            throw new CommandFailed("cannot trust " + base + " (" + untrusted.getMessage()
                    + "); name the file with its root certificate with --ca");
        } catch (IOException broken) {
            throw new CommandFailed(
                    "the connection to " + base + " broke (" + broken.getMessage() + "); check --url and Lumia's log");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted");
        }
    }

    private JsonNode understood(HttpResponse<String> response) throws CommandFailed {
        var answer = parse(response.body());
        if (response.statusCode() / 100 == 2) {
            return answer;
        }
        throw refused(response.statusCode(), response.headers(), answer);
    }

    private CommandFailed refused(int status, HttpHeaders headers, JsonNode answer) {
        var detail = answer.path("detail").asText("HTTP status " + status);
        return new CommandFailed(
                switch (status) {
                    case 401 -> notAccepted();
                    case 429 ->
                        detail + " (again in "
                                + headers.firstValue("Retry-After").orElse("a few") + " s)";
                    default -> detail;
                });
    }

    private String notAccepted() {
        return token == null
                ? base + " takes the certificate for nobody's: it needs a role (lumia issue --profile admin --role"
                        + " ROLE) and must be neither revoked nor over"
                : "the admin token is not accepted by " + base
                        + ": name Lumia's data directory with --data, or the token"
                        + " with --token-file or LUMIA_WEB_TOKEN";
    }

    private JsonNode parse(String body) throws CommandFailed {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException foreign) {
            throw new CommandFailed(
                    base + " does not answer as Lumia's admin API does (" + Printable.quoted(body) + "); check --url");
        }
    }
}
