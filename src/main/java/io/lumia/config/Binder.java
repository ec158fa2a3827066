package io.lumia.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes records of the values. To find every problem in one go, what does not fit is told and replaced by its default, and the block
 * is tried again.
 */
final class Binder {
    private final ObjectMapper mapper;
    private final Values values;
    private final JsonNode defaults;

    Binder(ObjectMapper mapper, Values values, JsonNode defaults) {
        this.mapper = mapper;
        this.values = values;
        this.defaults = defaults;
    }

    /** @throws ConfigurationUnusable with all problems, those that the values already had included */
    LumiaConfig bind(Schema.Block schema) {
        var usable = usable(schema, List.of(), values.tree(), defaults);
        if (!values.problems().isEmpty()) {
            throw new ConfigurationUnusable(values.problems());
        }
        try {
            return mapper.treeToValue(usable, LumiaConfig.class);
        } catch (JsonProcessingException unexpected) {
            throw new ConfigurationUnusable(List.of(unexpected.getOriginalMessage()));
        }
    }

    private ObjectNode usable(Schema.Block block, List<String> path, JsonNode given, JsonNode fallback) {
        var fit = JsonNodeFactory.instance.objectNode();
        var replaced = new LinkedHashSet<String>();
        block.keys().forEach((key, schema) -> {
            var below = new ArrayList<>(path);
            below.add(key);
            if (schema instanceof Schema.Block inner) {
                fit.set(key, usable(inner, below, given.path(key), fallback.path(key)));
            } else if (schema instanceof Schema.Named named) {
                fit.set(key, usableEach(named, below, given.path(key)));
            } else if (schema instanceof Schema.Leaf leaf && fits(leaf, below, given.path(key), fallback.path(key))) {
                // A key that a named block leaves out is empty; some types cannot be read from nothing.
                fit.set(key, given.path(key).isMissingNode() ? JsonNodeFactory.instance.nullNode() : given.path(key));
            } else {
                replaced.add(key);
                fit.set(key, instead(fallback, key));
            }
        });
        return holding(block, path, fit, fallback, replaced);
    }

    private ObjectNode usableEach(Schema.Named named, List<String> path, JsonNode given) {
        var fit = JsonNodeFactory.instance.objectNode();
        given.fieldNames().forEachRemaining(name -> {
            var below = new ArrayList<>(path);
            below.add(name);
            var entry = usable(named.each(), below, given.path(name), JsonNodeFactory.instance.objectNode());
            // What cannot be made was told; without it the block around says nothing of it once more.
            if (canBeMade(named.each(), entry)) {
                fit.set(name, entry);
            }
        });
        return fit;
    }

    private boolean canBeMade(Schema.Block block, ObjectNode node) {
        try {
            var unused = mapper.treeToValue(node, block.type());
            return true;
        } catch (JsonProcessingException refused) {
            return false;
        }
    }

    private boolean fits(Schema.Leaf leaf, List<String> path, JsonNode given, JsonNode fallback) {
        if (given.isNull() || given.isMissingNode()) {
            boolean mayBeEmpty = fallback.isNull() || fallback.isMissingNode();
            if (!mayBeEmpty) {
                tell(path, ": needs a value");
            }
            return mayBeEmpty;
        }
        if (leaf.list() && !given.isArray()) {
            tell(path, ": expected a list such as [a, b], is '" + given.asText() + "'");
            return false;
        }
        return leaf.list() ? eachFits(leaf, path, (ArrayNode) given) : fits(leaf.type(), path, "", given);
    }

    private boolean eachFits(Schema.Leaf leaf, List<String> path, ArrayNode list) {
        boolean all = true;
        for (int i = 0; i < list.size(); i++) {
            all &= fits(leaf.type().getContentType(), path, ", entry " + (i + 1), list.get(i));
        }
        return all;
    }

    private boolean fits(JavaType type, List<String> path, String entry, JsonNode value) {
        if (value.isNull()) {
            tell(path, entry + ": is empty");
            return false;
        }
        try {
            var unused = mapper.treeToValue(value, type);
            return true;
        } catch (UnrecognizedPropertyException unknown) {
            var known = unknown.getKnownPropertyIds().stream()
                    .map(Object::toString)
                    .sorted()
                    .toList();
            var hint = Nearest.hint(unknown.getPropertyName(), known);
            tell(
                    path,
                    entry + ": unknown key " + unknown.getPropertyName()
                            + (hint.isEmpty() ? "; expected " + String.join(", ", known) : hint));
        } catch (JsonProcessingException unfit) {
            tell(path, entry + ": " + reason(unfit));
        }
        return false;
    }

    /** The block with whatever its record refuses replaced, until the record takes it. */
    private ObjectNode holding(
            Schema.Block block, List<String> path, ObjectNode fit, JsonNode fallback, Set<String> replaced) {
        try {
            var unused = mapper.treeToValue(fit, block.type());
            return fit;
        } catch (JsonProcessingException refused) {
            var reason = reason(refused);
            var key = reason.replaceFirst(" .*", "");
            if (replaced.stream().noneMatch(reason::contains) && !toldBelow(path, reason)) {
                tellOfBlock(block, path, key, reason);
            }
            if (!block.keys().containsKey(key) || replaced.contains(key)) {
                return fallback instanceof ObjectNode whole ? whole : fit;
            }
            replaced.add(key);
            fit.set(key, instead(fallback, key));
            return holding(block, path, fit, fallback, replaced);
        }
    }

    /** Whether a block within said the same. */
    private boolean toldBelow(List<String> path, String reason) {
        var prefix = String.join(".", path) + ".";
        return values.problems().stream().anyMatch(told -> told.startsWith(prefix) && told.contains("." + reason));
    }

    /** The default; in a named block, which has none, as if the key were left out. */
    private static JsonNode instead(JsonNode fallback, String key) {
        return fallback.path(key).isMissingNode() ? JsonNodeFactory.instance.nullNode() : fallback.path(key);
    }

    private void tellOfBlock(Schema.Block block, List<String> path, String key, String reason) {
        if (block.keys().containsKey(key.replaceFirst("\\..*", ""))) { // or a key of a block in it
            var full = new ArrayList<>(path);
            full.add(key);
            tell(full, reason.substring(key.length()));
        } else {
            var changed = values.all().stream()
                    .filter(value -> value.path().size() == path.size() + 1
                            && value.path().subList(0, path.size()).equals(path)
                            && !value.source().equals(Setting.DEFAULT)
                            && mentions(reason, value.node()))
                    .map(value -> value.path().get(path.size()) + ": " + value.source())
                    .collect(Collectors.joining("; "));
            values.problem((path.isEmpty() ? "" : String.join(".", path) + ": ")
                    + reason
                    + (changed.isEmpty() ? "" : " (" + changed + ")"));
        }
    }

    private static boolean mentions(String reason, JsonNode value) {
        for (JsonNode entry : value) {
            if (mentions(reason, entry)) {
                return true;
            }
        }
        return value.isTextual() && reason.contains(value.asText());
    }

    private void tell(List<String> path, String what) {
        var key = String.join(".", path);
        var value = values.get(key);
        values.problem(key + what + (value == null ? "" : " (" + value.source() + ")"));
    }

    private static String reason(JsonProcessingException refused) {
        var cause = refused.getCause();
        boolean byRecord = refused instanceof ValueInstantiationException && cause instanceof IllegalArgumentException;
        return String.valueOf(byRecord && cause != null ? cause.getMessage() : refused.getOriginalMessage());
    }
}
