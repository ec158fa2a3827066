package io.lumia.docs;

import static io.lumia.docs.Markdown.quoted;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Schemas of an OpenAPI document in words. */
final class ApiTypes {
    private static final String REFERENCE = "$ref";

    private final JsonNode document;

    ApiTypes(JsonNode document) {
        this.document = document;
    }

    /** What a reference stands for; anything else is itself. */
    JsonNode resolved(JsonNode node) {
        return node.has(REFERENCE) ? document.at(node.path(REFERENCE).asText().substring(1)) : node;
    }

    /** In a word or two, with a link to what is described on the page. */
    String name(JsonNode schema) {
        if (schema.has(REFERENCE)) {
            var name = schema.path(REFERENCE).asText().replaceAll(".*/", "");
            return "[" + name + "](#" + Markdown.anchor(name) + ")";
        } else if (schema.has("enum")) {
            return texts(schema.path("enum"), ", ");
        } else if (schema.has("items")) {
            return "list of " + name(schema.path("items"));
        } else if (schema.path("additionalProperties").isObject()) {
            return "map of " + name(schema.path("additionalProperties"));
        } else if (schema.has("properties")) {
            return "{" + String.join(", ", properties(schema)) + "}";
        }
        for (String combined : List.of("oneOf", "anyOf")) {
            if (schema.has(combined)) {
                return StreamSupport.stream(schema.path(combined).spliterator(), false)
                        .map(this::name)
                        .collect(Collectors.joining(" or "));
            }
        }
        return plain(schema);
    }

    private static String plain(JsonNode schema) {
        var type = schema.path("type").isArray()
                ? texts(schema.path("type"), " or ")
                : schema.path("type").asText("any");
        return switch (schema.path("format").asText()) {
            case "date-time" -> "time";
            case "" -> type;
            default -> schema.path("format").asText();
        };
    }

    private static String texts(JsonNode list, String between) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(between));
    }

    private List<String> properties(JsonNode schema) {
        var names = new ArrayList<String>();
        schema.path("properties").properties().forEach(each -> names.add(each.getKey()));
        return names;
    }

    /** Rows of member, type and meaning. */
    List<List<String>> members(JsonNode schema) {
        var required = new HashSet<String>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        return schema.path("properties").properties().stream()
                .map(member -> List.of(
                        quoted(member.getKey()) + (required.contains(member.getKey()) ? "" : " ?"),
                        name(member.getValue()),
                        meaning(member.getValue())))
                .toList();
    }

    /** A schema without members. */
    String described(JsonNode schema) {
        return Markdown.joined(name(schema) + ".", meaning(schema));
    }

    private static String meaning(JsonNode schema) {
        var standard =
                schema.has("default") ? "default " + schema.path("default").asText() : "";
        var description = schema.path("description").asText();
        return description.isEmpty() || standard.isEmpty() ? description + standard : description + "; " + standard;
    }
}
