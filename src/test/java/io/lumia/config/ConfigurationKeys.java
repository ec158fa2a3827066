package io.lumia.config;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Every key of the configuration with its type, default and meaning, as records and {@code conf/reference.yaml} have them. */
public final class ConfigurationKeys {
    private static final Pattern EXPECTED = Pattern.compile("expected (.*), is a (?:list|block).*", Pattern.DOTALL);

    private final ObjectMapper mapper = ValueTypes.mapper();
    private final String reference = Profiles.reference();
    private final List<String> lines = reference.lines().toList();
    private final Map<String, Written> written = new HashMap<>();
    /** Of a block that an operator names, the first place of each kind of block within. */
    private final Map<String, String> where = new HashMap<>();

    private final Map<String, List<Key>> keys = new LinkedHashMap<>();

    private ConfigurationKeys() {
        collect("", (MappingNode) new Yaml().compose(new StringReader(reference)));
        block("", new ConfigLoader().schema());
    }

    /** Keys by the block whose table they stand in: a top-level block, or one whose name an operator chooses. */
    public static Map<String, List<Key>> byBlock() {
        return new ConfigurationKeys().keys;
    }

    /**
     * One key.
     *
     * @param name dotted, whole
     * @param type in words
     * @param standard as YAML; empty: none
     * @param meaning one line
     */
    public record Key(String name, String type, String standard, String meaning) {}

    /** What the reference says of one key. */
    private record Written(String value, String comment) {}

    private void collect(String path, MappingNode mapping) {
        mapping.getValue().forEach(entry -> {
            var key = ((ScalarNode) entry.getKeyNode()).getValue();
            var name = path.isEmpty() ? key : path + "." + key;
            var value = entry.getValueNode();
            written.put(
                    name,
                    new Written(
                            text(value),
                            comment(entry.getKeyNode().getStartMark().getLine())));
            if (value instanceof MappingNode inner) {
                collect(name, inner);
            }
        });
    }

    private String text(Node value) {
        var whole = reference.substring(
                value.getStartMark().getIndex(), value.getEndMark().getIndex());
        return whole.strip().equals("null")
                ? ""
                : whole.replaceAll("(?m)^\\s*#.*$", "").strip();
    }

    private String comment(int line) {
        var words = new ArrayDeque<String>();
        for (int above = line - 1; above >= 0 && lines.get(above).strip().startsWith("#"); above--) {
            words.addFirst(lines.get(above).strip().substring(1).strip());
        }
        return String.join(" ", words);
    }

    private void block(String path, Schema.Block block) {
        block.keys().forEach((key, schema) -> {
            var name = path.isEmpty() ? key : path + "." + key;
            if (schema instanceof Schema.Leaf leaf) {
                add(name.contains(".") ? name.substring(0, name.indexOf('.')) : "", of(name, leaf));
            } else if (schema instanceof Schema.Named named) {
                add(name.substring(0, name.indexOf('.')), namedBlock(name));
                chosen(name + ".NAME", name + ".NAME", named.each());
            } else if (schema instanceof Schema.Block inner) {
                block(name, inner);
            }
        });
    }

    private Key of(String name, Schema.Leaf leaf) {
        var there = written.getOrDefault(name, new Written("", ""));
        return new Key(name, type(leaf.type()), there.value(), there.comment());
    }

    private Key namedBlock(String name) {
        var there = written.getOrDefault(name, new Written("", ""));
        var flat = there.value().lines().map(String::strip).toList();
        return new Key(
                name, "blocks by name", flat.size() > 1 ? String.join("; ", flat) : there.value(), there.comment());
    }

    private void chosen(String table, String path, Schema.Block block) {
        var seen = where.putIfAbsent(table + block.type(), path);
        if (seen != null) {
            add(table, new Key(path, "block", "", "as `" + seen + "`"));
            return;
        }
        var meanings = RecordComments.of(block.type().getRawClass());
        block.keys().forEach((key, schema) -> {
            var component = component(block.type(), key);
            if (schema instanceof Schema.Leaf leaf) {
                var meaning = meanings.getOrDefault(component, "");
                add(table, new Key(path + "." + key, type(leaf.type()), "", meaning));
            } else if (schema instanceof Schema.Block inner) {
                chosen(table, path + "." + key, inner);
            }
        });
    }

    private String component(JavaType record, String key) {
        return mapper.getDeserializationConfig().introspect(record).findProperties().stream()
                .filter(property -> property.getName().equals(key))
                .map(property -> property.getInternalName())
                .findFirst()
                .orElseThrow();
    }

    private void add(String table, Key key) {
        keys.computeIfAbsent(table, first -> new ArrayList<>()).add(key);
    }

    /** In the words of the message that one gets for a value of another shape. */
    private String type(JavaType type) {
        if (type.isCollectionLikeType()) {
            return "list, each " + type(type.getContentType());
        }
        if (type.getRawClass() == Boolean.class) {
            return "true or false";
        }
        try {
            var unexpected = mapper.readValue("[]", type);
            throw new IllegalStateException(type + " takes a list: " + unexpected);
        } catch (JsonMappingException told) {
            var words = EXPECTED.matcher(told.getOriginalMessage());
            return words.matches()
                    ? words.group(1).replaceFirst("^an? ", "")
                    : type.getRawClass().getSimpleName();
        } catch (com.fasterxml.jackson.core.JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
