package io.lumia.authority.acme;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.jackson.DatabindCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What goes back to the client, besides the headers that every answer has.
 *
 * @param headers in order; {@code Link} may come several times
 * @param body empty: none
 */
record Answer(int status, List<Map.Entry<String, String>> headers, Buffer body) {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    static Answer json(int status, Object view) {
        return typed(status, JSON, DatabindCodec.mapper().valueToTree(view).toString());
    }

    static Answer problem(AcmeRefusal refusal) {
        var problem = refusal.problem();
        var answer = typed(
                problem.status() == null ? 400 : problem.status(),
                PROBLEM,
                DatabindCodec.mapper().valueToTree(problem).toString());
        var later = refusal.retryAfter();
        return later == null ? answer : answer.retryAfter(later);
    }

    static Answer empty(int status) {
        return new Answer(status, List.of(), Buffer.buffer());
    }

    static Answer typed(int status, String contentType, String body) {
        return new Answer(status, List.of(Map.entry("Content-Type", contentType)), Buffer.buffer(body));
    }

    static Answer typed(int status, String contentType, byte[] body) {
        return new Answer(status, List.of(Map.entry("Content-Type", contentType)), Buffer.buffer(body));
    }

    Answer location(String url) {
        return header("Location", url);
    }

    Answer retryAfter(Duration wait) {
        return header("Retry-After", String.valueOf(Math.max(1, wait.toSeconds())));
    }

    Answer link(String url, String relation) {
        return header("Link", "<" + url + ">;rel=\"" + relation + "\"");
    }

    Answer header(String name, String value) {
        var more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Answer(status, List.copyOf(more), body);
    }
}
