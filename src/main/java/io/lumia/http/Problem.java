package io.lumia.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a request was not honoured, as a problem document (RFC 9457).
 *
 * @param status of the HTTP answer
 * @param kind stable, last part of the {@code type} URI: {@code not-whitelisted}
 * @param title the same sentence for every problem of this kind
 * @param detail what was wrong this time and what to do
 * @param headers besides content type and caching
 */
public record Problem(int status, String kind, String title, String detail, Map<String, String> headers) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "urn:lumia:problem:";

    public Problem {
        headers = Map.copyOf(headers);
    }

    public static Problem of(int status, String kind, String title, String detail) {
        return new Problem(status, kind, title, detail, Map.of());
    }

    /** The same with one more header. */
    public Problem with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Problem(status, kind, title, detail, more);
    }

    /** The same with Retry-After (RFC 9110, 10.2.3), in whole seconds, rounded up, at least one. */
    public Problem retryAfter(Duration wait) {
        return with(
                "Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
    }

    /** The document. */
    public String json() {
        var members = new LinkedHashMap<String, Object>();
        members.put("type", TYPE + kind);
        members.put("title", title);
        members.put("status", status);
        members.put("detail", detail);
        return JSON.valueToTree(members).toString();
    }

    /** Sends it, unless an answer has begun or nobody is there to read it. */
    public void answer(HttpServerResponse response) {
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        headers.forEach(response::putHeader);
        var unused = response.setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(json());
    }
}
