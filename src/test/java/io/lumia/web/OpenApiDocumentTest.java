package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

class OpenApiDocumentTest {
    /** Of this listener, beside those below {@code /api/v1}. */
    private static final List<String> ELSEWHERE = List.of("POST /login", "POST /logout");

    private final Map<String, Object> document =
            new Yaml().load(OpenApiDocument.assemble().text());

    @Test
    void every_route_stands_in_the_document_with_its_role_and_nothing_else_does(@TempDir Path data) throws Exception {
        var routes = new TreeMap<String, String>();
        try (var web = new WebHarness(data)) {
            web.web
                    .routes()
                    .forEach(route -> routes.put(
                            route.method() + " /api/v1" + route.path().replaceAll(":(\\w+)", "{$1}"),
                            route.role().label()));
        }
        var described = new TreeMap<String, String>();
        operations().forEach((operation, content) -> described.put(operation, String.valueOf(content.get("x-role"))));
        ELSEWHERE.forEach(operation -> assertThat(described.remove(operation)).isNotNull());
        assertThat(described).isEqualTo(routes);
    }

    @Test
    void every_operation_has_an_id_of_its_own_a_summary_and_a_tag() {
        var ids = operations().values().stream()
                .map(operation -> String.valueOf(operation.get("operationId")))
                .toList();
        assertThat(new TreeSet<>(ids)).hasSameSizeAs(ids);
        assertThat(operations().values())
                .allSatisfy(operation -> assertThat(operation).containsKeys("summary", "tags", "operationId"));
    }

    @Test
    void whatever_is_referred_to_is_there_and_whatever_is_there_is_referred_to() {
        var references = new TreeSet<String>();
        collect(document, references);
        var there = new TreeSet<String>();
        for (String kind : List.of("parameters", "responses", "schemas")) {
            map(map(document.get("components")).get(kind))
                    .keySet()
                    .forEach(name -> there.add("#/components/" + kind + "/" + name));
        }
        assertThat(references).isEqualTo(there);
    }

    /** What follows a comma in a text without quotes becomes a member that has no value. */
    @Test
    void every_member_has_a_value() {
        assertThat(empty(document)).isEmpty();
    }

    private static List<String> empty(Object node) {
        if (node instanceof Map<?, ?> object) {
            return object.entrySet().stream()
                    .flatMap(member -> member.getValue() == null
                            ? Stream.of(String.valueOf(member.getKey()))
                            : empty(member.getValue()).stream())
                    .toList();
        }
        return node instanceof List<?> list
                ? list.stream().flatMap(value -> empty(value).stream()).toList()
                : List.of();
    }

    private Map<String, Map<String, Object>> operations() {
        var operations = new TreeMap<String, Map<String, Object>>();
        map(document.get("paths"))
                .forEach((path, item) -> map(item)
                        .forEach((method, operation) ->
                                operations.put(method.toUpperCase(Locale.ROOT) + " " + path, map(operation))));
        return operations;
    }

    private static void collect(Object node, TreeSet<String> references) {
        if (node instanceof Map<?, ?> object) {
            object.forEach((key, value) -> {
                if (key.equals("$ref")) {
                    references.add(String.valueOf(value));
                }
                collect(value, references);
            });
        } else if (node instanceof List<?> list) {
            new ArrayList<>(list).forEach(value -> collect(value, references));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }
}
