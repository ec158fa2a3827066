package io.lumia.web;

import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;

/**
 * The OpenAPI document: a frame and a file for each tag, with the answers that operations have in common put to each of them. A test holds it
 * and the routes to each other.
 */
final class OpenApiDocument {
    /** Files below {@code openapi/}, each with its paths, parameters, responses and schemas. */
    private static final List<String> TAGS =
            List.of("fleet", "certificates", "provisioning", "authority", "audit", "settings", "access");

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private final String text;

    private OpenApiDocument(String text) {
        this.text = text;
    }

    /** Reads and joins the files; takes some milliseconds. */
    static OpenApiDocument assemble() {
        var document = read("document");
        var everywhere = removed(document, "x-everywhere");
        var withBody = removed(document, "x-with-body");
        var authenticated = removed(document, "x-authenticated");
        var tags = new ArrayList<Object>();
        var paths = new LinkedHashMap<String, Object>();
        var components = child(document, "components");
        for (String name : TAGS) {
            var file = read(name);
            var tag = child(file, "tag");
            tags.add(tag);
            child(file, "paths").forEach((path, item) -> {
                operations(item).forEach(operation -> {
                    operation.put("tags", List.of(String.valueOf(tag.get("name"))));
                    var answers = child(operation, "responses");
                    everywhere.forEach(answers::putIfAbsent);
                    if (operation.containsKey("requestBody")) {
                        withBody.forEach(answers::putIfAbsent);
                    }
                    if (!operation.containsKey("security")) {
                        authenticated.forEach(answers::putIfAbsent);
                    }
                });
                paths.put(path, item);
            });
            for (String kind : List.of("parameters", "responses", "schemas")) {
                child(components, kind).putAll(child(file, kind));
            }
        }
        document.put("tags", tags);
        document.put("paths", paths);
        return new OpenApiDocument(written(document));
    }

    String text() {
        return text;
    }

    void mount(ApiRoutes api) {
        api.get("/openapi.yaml", Role.VIEWER, this::show);
    }

    private void show(RoutingContext context) {
        var unused =
                context.response().putHeader("Content-Type", "application/yaml").end(text);
    }

    private static List<Map<String, Object>> operations(Object item) {
        var operations = new ArrayList<Map<String, Object>>();
        map(item).forEach((method, operation) -> {
            if (METHODS.contains(method)) {
                operations.add(map(operation));
            }
        });
        return operations;
    }

    private static Map<String, Object> removed(Map<String, Object> document, String key) {
        return map(Objects.requireNonNull(document.remove(key), key));
    }

    private static Map<String, Object> child(Map<String, Object> parent, String key) {
        return map(parent.computeIfAbsent(key, missing -> new LinkedHashMap<String, Object>()));
    }

    @SuppressWarnings("unchecked") // every mapping of these files has texts as keys
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    private static Map<String, Object> read(String name) {
        try (InputStream file = OpenApiDocument.class.getResourceAsStream("/openapi/" + name + ".yaml")) {
            return map(new Yaml(new SafeConstructor(new LoaderOptions())).load(file));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String written(Map<String, Object> document) {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setDereferenceAliases(true);
        return new Yaml(new Representer(options), options).dump(document);
    }
}
