package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code kustomize build} makes of an overlay, with stand-ins for the secrets that are never committed.
 *
 * @param resources in its order
 */
record KustomizedOverlay(List<JsonNode> resources) {
    private static final Path SOURCE = Path.of("deploy/kubernetes");
    private static final Set<String> WORKLOADS = Set.of("StatefulSet", "Deployment");
    private static final YAMLMapper YAML = new YAMLMapper();

    /**
     * Builds one.
     *
     * @param copy of {@code deploy/kubernetes}, made when it is not there
     * @param overlay below it
     */
    static KustomizedOverlay build(ExternalProgram kustomize, Path copy, String overlay) throws Exception {
        if (Files.notExists(copy)) {
            copyWithStandIns(copy);
        }
        var text = kustomize.run("build", copy.resolve(overlay).toString());
        var all = new ArrayList<JsonNode>();
        YAML.readerFor(JsonNode.class).<JsonNode>readValues(text).forEachRemaining(all::add);
        assertThat(all).isNotEmpty();
        return new KustomizedOverlay(all);
    }

    private static void copyWithStandIns(Path copy) throws IOException {
        try (var tree = Files.walk(SOURCE)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                if (!file.toString().contains("material")) {
                    var place = copy.resolve(SOURCE.relativize(file).toString());
                    Files.createDirectories(place.getParent());
                    Files.copy(file, place);
                    standIns(place);
                }
            }
        }
    }

    private static void standIns(Path file) throws IOException {
        if (!file.endsWith("kustomization.yaml")) {
            return;
        }
        var kustomization = YAML.readTree(file.toFile());
        for (String generator : List.of("secretGenerator", "configMapGenerator")) {
            for (JsonNode made : kustomization.path(generator)) {
                for (JsonNode named : made.path("files")) {
                    var path = named.asText().substring(named.asText().indexOf('=') + 1);
                    if (path.startsWith("material/")) {
                        var standIn = file.resolveSibling(path);
                        Files.createDirectories(standIn.getParent());
                        Files.writeString(standIn, "stand-in");
                    }
                }
            }
        }
    }

    List<JsonNode> of(String kind) {
        return resources.stream()
                .filter(resource -> resource.path("kind").asText().equals(kind))
                .toList();
    }

    List<JsonNode> workloads() {
        return resources.stream()
                .filter(resource -> WORKLOADS.contains(resource.path("kind").asText()))
                .toList();
    }

    /** Whether some pod has all of these labels; nothing asked for: any pod. */
    boolean hasPod(JsonNode labels) {
        return workloads().stream()
                .map(workload -> workload.at("/spec/template/metadata/labels"))
                .anyMatch(own -> labels.properties().stream()
                        .allMatch(label -> own.path(label.getKey()).equals(label.getValue())));
    }

    /** The resource of this kind and name, with its text under {@code data}. */
    Optional<JsonNode> named(String kind, String name) {
        return of(kind).stream()
                .filter(resource -> resource.at("/metadata/name").asText().equals(name))
                .findFirst();
    }

    /** Variables of a container as it gets them; what the cluster fills in is made up. */
    Map<String, String> environment(JsonNode container) {
        var variables = new HashMap<String, String>();
        for (JsonNode from : container.path("envFrom")) {
            var settings =
                    named("ConfigMap", from.at("/configMapRef/name").asText()).orElseThrow();
            settings.path("data")
                    .properties()
                    .forEach(entry ->
                            variables.put(entry.getKey(), entry.getValue().asText()));
        }
        for (JsonNode variable : container.path("env")) {
            variables.put(variable.path("name").asText(), value(variable));
        }
        return variables;
    }

    private static String value(JsonNode variable) {
        return switch (variable.at("/valueFrom/fieldRef/fieldPath").asText()) {
            case "" -> variable.path("value").asText();
            case "status.podIP" -> "192.0.2.7";
            case "metadata.name" -> "pod-0";
            default -> throw new AssertionError("unexpected: " + variable);
        };
    }
}
