package io.lumia.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The layers merged so far, one entry a key, each with where it came from; and the problems met on the way. */
final class Values {
    /** Secrets: never from an argument, which everybody on the machine can read; never shown. */
    static final List<String> SECRETS = List.of(
            "authority.password",
            "authority.step-api.provisioner-password",
            "web.token",
            "upstream.token",
            "step-ca.provisioner-password",
            "backup.password",
            "store.password",
            "emqx.api-secret");

    /** One value and its origin. */
    record Value(List<String> path, JsonNode node, String source) {
        String key() {
            return String.join(".", path);
        }
    }

    private final Map<String, Value> entries = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    void put(List<String> path, JsonNode node, String source) {
        var value = new Value(List.copyOf(path), node, source);
        entries.put(value.key(), value);
    }

    @Nullable
    Value get(String key) {
        return entries.get(key);
    }

    /** Takes away what lies below the path. */
    void remove(List<String> path) {
        entries.values()
                .removeIf(value -> value.path().size() > path.size()
                        && value.path().subList(0, path.size()).equals(path));
    }

    Collection<Value> all() {
        return entries.values();
    }

    void problem(String sentence) {
        if (!problems.contains(sentence)) {
            problems.add(sentence);
        }
    }

    List<String> problems() {
        return problems;
    }

    /** All values as one tree. */
    ObjectNode tree() {
        var root = JsonNodeFactory.instance.objectNode();
        for (Value value : entries.values()) {
            var at = root;
            for (String key : value.path().subList(0, value.path().size() - 1)) {
                at = at.withObjectProperty(key);
            }
            at.set(value.path().get(value.path().size() - 1), value.node());
        }
        return root;
    }
}
