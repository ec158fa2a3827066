package io.lumia.docs;

import static io.lumia.docs.Markdown.quoted;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lumia.web.ApiDocument;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Every request of the admin API, from its OpenAPI document. */
final class ApiPage {
    /** Errors that any request can meet, told once. */
    private static final Set<String> EVERYWHERE = Set.of("400", "401", "403", "413", "414", "415", "421", "429", "431");

    private final JsonNode document;
    private final ApiTypes types;

    private ApiPage(JsonNode document) {
        this.document = document;
        this.types = new ApiTypes(document);
    }

    static String text() throws IOException {
        return new ApiPage(new YAMLMapper().readTree(ApiDocument.yaml())).page();
    }

    private String page() {
        var page = new Markdown("Admin API reference");
        page.paragraph("""
                From the OpenAPI document that a running Lumia serves at `GET /api/v1/openapi.yaml`. Who may do what, sessions and throttling: \
                [api.md](../api.md), where the provisioning API is too.""");
        page.paragraph(document.at("/info/description").asText());
        page.paragraph("""
                Any request may also be answered 400 malformed, 401 not known, 403 not allowed, 413 or 415 with a body too large or of another type, 414 and 431 \
                address or headers too long, 421 another host, 429 too many.""");
        for (JsonNode tag : document.path("tags")) {
            page.heading(2, "Requests: " + tag.path("name").asText());
            page.paragraph(tag.path("description").asText());
            page.table(
                    List.of("request", "role", "does", "takes", "answers"),
                    operations(tag.path("name").asText()));
        }
        page.heading(2, "Members");
        page.paragraph("A member with ? may be absent.");
        document.at("/components/schemas")
                .properties()
                .forEach(schema -> schema(page, schema.getKey(), schema.getValue()));
        return page.toString();
    }

    private List<List<String>> operations(String tag) {
        var rows = new ArrayList<List<String>>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (operation.getValue().at("/tags/0").asText().equals(tag)) {
                        var request = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                        rows.add(row(request, operation.getValue()));
                    }
                }));
        return rows;
    }

    private List<String> row(String request, JsonNode operation) {
        return List.of(
                quoted(request),
                operation.path("x-role").asText(),
                operation.path("summary").asText(),
                takes(operation),
                answers(operation));
    }

    private String takes(JsonNode operation) {
        var parts = new ArrayList<String>();
        for (JsonNode each : operation.path("parameters")) {
            var parameter = types.resolved(each);
            if (!parameter.path("in").asText().equals("path")) {
                parts.add(quoted(parameter.path("name").asText()));
            }
        }
        operation
                .at("/requestBody/content")
                .properties()
                .forEach(content -> parts.add(types.name(content.getValue().path("schema"))));
        return String.join(", ", parts);
    }

    private String answers(JsonNode operation) {
        var parts = new ArrayList<String>();
        operation.path("responses").properties().forEach(answer -> {
            if (answer.getKey().startsWith("2") || answer.getKey().startsWith("3")) {
                parts.add(Markdown.joined(answer.getKey(), content(types.resolved(answer.getValue()))));
            }
        });
        var errors = errors(operation);
        return String.join("; ", parts) + (errors.isEmpty() ? "" : "; " + errors);
    }

    private String content(JsonNode answer) {
        var kinds = new ArrayList<String>();
        answer.path("content").properties().forEach(content -> {
            var schema = content.getValue().path("schema");
            kinds.add(
                    schema.isMissingNode() || content.getKey().startsWith("text/")
                            ? quoted(content.getKey())
                            : types.name(schema));
        });
        return String.join(" or ", kinds);
    }

    private static String errors(JsonNode operation) {
        return String.join(
                ", ",
                StreamSupport.stream(
                                ((Iterable<String>) () ->
                                                operation.path("responses").fieldNames())
                                        .spliterator(),
                                false)
                        .filter(status -> status.compareTo("4") >= 0 && !EVERYWHERE.contains(status))
                        .sorted()
                        .toList());
    }

    private void schema(Markdown page, String name, JsonNode schema) {
        page.heading(3, name);
        page.table(List.of("member", "type", "meaning"), types.members(schema));
        if (!schema.has("properties")) {
            page.paragraph(types.described(schema));
        }
    }
}
