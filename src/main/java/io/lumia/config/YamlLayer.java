package io.lumia.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Puts one YAML text over the values. It works on the node tree, which still knows lines and duplicate keys. */
final class YamlLayer {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Values values;
    private final IntFunction<String> source;

    /** @param source names the origin of a line, counted from 1 */
    YamlLayer(Values values, IntFunction<String> source) {
        this.values = values;
        this.source = source;
    }

    void read(String yaml, Schema schema, List<String> path) {
        try {
            var options = new LoaderOptions();
            options.setMaxAliasesForCollections(0);
            @Nullable Node root = new Yaml(options).compose(new StringReader(yaml));
            if (root != null) {
                walk(root, schema, new ArrayList<>(path));
            }
        } catch (MarkedYAMLException malformed) {
            var mark = malformed.getProblemMark();
            int line = mark == null ? 1 : mark.getLine() + 1;
            int column = mark == null ? 1 : mark.getColumn() + 1;
            values.problem(before(path) + "not YAML: " + malformed.getProblem() + ", column " + column + " ("
                    + source.apply(line) + ")");
        } catch (YAMLException unfit) {
            values.problem(before(path) + "not YAML: " + unfit.getMessage() + " (" + source.apply(1) + ")");
        }
    }

    private void walk(Node node, Schema schema, List<String> path) {
        if (schema instanceof Schema.Leaf) {
            values.put(path, json(node), at(node));
        } else if (node instanceof MappingNode mapping) {
            unique(mapping).forEach((key, tuple) -> {
                path.add(key);
                if (schema instanceof Schema.Block block) {
                    within(block, path, tuple);
                } else if (schema instanceof Schema.Named named) {
                    named(named, path, tuple);
                }
                path.remove(path.size() - 1);
            });
        } else if (!isNull(node)) {
            var shown = node instanceof ScalarNode scalar ? "'" + scalar.getValue() + "'" : "a list";
            var key = path.isEmpty() ? "the configuration" : String.join(".", path);
            values.problem(key + ": expected a block of keys, is " + shown + " (" + at(node) + ")");
        }
    }

    private void within(Schema.Block block, List<String> path, NodeTuple tuple) {
        var key = path.get(path.size() - 1);
        var known = block.keys().get(key);
        if (known == null) {
            values.problem(
                    UnknownKey.sentence(String.join(".", path), block, key) + " (" + at(tuple.getKeyNode()) + ")");
        } else {
            walk(tuple.getValueNode(), known, path);
        }
    }

    /** A name with nothing behind it is taken away; one that is new gets the keys that it leaves out as empty. */
    private void named(Schema.Named named, List<String> path, NodeTuple tuple) {
        if (isNull(tuple.getValueNode())) {
            values.remove(path);
            return;
        }
        named.each().keys().keySet().forEach(key -> {
            var full = new ArrayList<>(path);
            full.add(key);
            if (values.get(String.join(".", full)) == null) {
                values.put(full, JSON.nullNode(), at(tuple.getKeyNode()));
            }
        });
        walk(tuple.getValueNode(), named.each(), path);
    }

    private JsonNode json(Node node) {
        if (node instanceof SequenceNode sequence) {
            var array = JSON.arrayNode();
            sequence.getValue().forEach(entry -> array.add(json(entry)));
            return array;
        }
        if (node instanceof MappingNode mapping) {
            var object = JSON.objectNode();
            unique(mapping).forEach((key, tuple) -> object.set(key, json(tuple.getValueNode())));
            return object;
        }
        return isNull(node) ? JSON.nullNode() : JSON.textNode(((ScalarNode) node).getValue());
    }

    private Map<String, NodeTuple> unique(MappingNode mapping) {
        var tuples = new java.util.LinkedHashMap<String, NodeTuple>();
        var lines = new HashMap<String, Integer>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
                values.problem("expected a key, is a list or block (" + at(tuple.getKeyNode()) + ")");
                continue;
            }
            int line = scalar.getStartMark().getLine() + 1;
            var before = lines.putIfAbsent(scalar.getValue(), line);
            if (before != null) {
                values.problem("the key '" + scalar.getValue() + "' is there twice, first in line " + before + " ("
                        + at(scalar) + ")");
            }
            tuples.putIfAbsent(scalar.getValue(), tuple);
        }
        return tuples;
    }

    private static String before(List<String> path) {
        return path.isEmpty() ? "" : String.join(".", path) + ": ";
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private String at(Node node) {
        return source.apply(node.getStartMark().getLine() + 1);
    }
}
