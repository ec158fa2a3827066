package io.lumia.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A Compose file as its engine reads it: anchors merged, {@code ${NAME:-default}} replaced by its default. {@code NAME.VARIANT.yaml} is read on top of
 * {@code NAME.yaml}.
 */
record ComposeFile(Path path, String text, Map<String, Object> tree) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\w+:-([^}]*)}");
    private static final Pattern VARIANT = Pattern.compile("([^.]+)\\.[^.]+\\.yaml");
    private static final Set<String> REPLACED = Set.of("command", "entrypoint", "test");

    static ComposeFile read(Path path) throws IOException {
        var text = Files.readString(path);
        var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        var tree = map(yaml.load(VARIABLE.matcher(text).replaceAll("$1")));
        var base = VARIANT.matcher(path.getFileName().toString());
        return base.matches()
                ? new ComposeFile(path, text, merged(read(path.resolveSibling(base.group(1) + ".yaml")).tree, tree))
                : new ComposeFile(path, text, tree);
    }

    /** As the Compose specification merges: mappings by key, lists one after the other, but what is run is replaced. */
    private static Map<String, Object> merged(Map<String, Object> base, Map<String, Object> over) {
        var merged = new LinkedHashMap<>(base);
        over.forEach((key, value) -> merged.merge(key, value, (before, after) -> {
            if (before instanceof Map && after instanceof Map) {
                return merged(map(before), map(after));
            }
            return before instanceof List<?> first && after instanceof List<?> then && !REPLACED.contains(key)
                    ? Stream.concat(first.stream(), then.stream()).toList()
                    : after;
        }));
        return merged;
    }

    Map<String, Service> services() {
        var services = new LinkedHashMap<String, Service>();
        map(tree.get("services")).forEach((name, block) -> services.put(name, new Service(name, map(block))));
        return services;
    }

    /** Named volumes, networks or secrets that the file defines. */
    Map<String, Object> defined(String kind) {
        return map(tree.get(kind));
    }

    /** One service, with its keys as the Compose specification names them. */
    record Service(String name, Map<String, Object> block) {
        boolean ours() {
            return String.valueOf(block.get("image")).startsWith("lumia:");
        }

        String image() {
            return String.valueOf(block.get("image"));
        }

        Map<String, String> environment() {
            var variables = new TreeMap<String, String>();
            map(block.get("environment")).forEach((key, value) -> variables.put(key, String.valueOf(value)));
            return variables;
        }

        /** The words of a list such as {@code command}; empty where there is none. */
        List<String> words(String key) {
            return block.get(key) instanceof List<?> words
                    ? words.stream().map(String::valueOf).toList()
                    : List.of();
        }

        Map<String, Object> block(String key) {
            return map(block.get(key));
        }

        /** {@code SOURCE:TARGET[:MODE]} of each mount. */
        List<String[]> mounts() {
            return words("volumes").stream().map(mount -> mount.split(":")).toList();
        }

        /** Of a list of names or of a map by name. */
        List<String> names(String key) {
            return block.get(key) instanceof Map<?, ?> byName
                    ? byName.keySet().stream().map(String::valueOf).toList()
                    : words(key);
        }
    }

    @SuppressWarnings("unchecked") // what YAML calls a mapping with text for keys
    static Map<String, Object> map(Object node) {
        return node == null ? Map.of() : (Map<String, Object>) node;
    }
}
