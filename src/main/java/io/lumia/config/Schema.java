package io.lumia.config;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which keys there are and what each takes, read off the configuration records. */
sealed interface Schema {
    JavaType type();

    /** A record: these keys and no others. */
    record Block(JavaType type, Map<String, Schema> keys) implements Schema {}

    /** A map: names that the operator chooses, each with a block. */
    record Named(JavaType type, Block each) implements Schema {}

    /** One value or one list. */
    record Leaf(JavaType type) implements Schema {
        boolean list() {
            return type.isCollectionLikeType();
        }
    }

    static Block of(ObjectMapper mapper, JavaType type) {
        var keys = new LinkedHashMap<String, Schema>();
        for (var property : mapper.getDeserializationConfig().introspect(type).findProperties()) {
            keys.put(property.getName(), ofValue(mapper, property.getPrimaryType()));
        }
        return new Block(type, keys);
    }

    private static Schema ofValue(ObjectMapper mapper, JavaType type) {
        if (type.isMapLikeType()) {
            return new Named(type, of(mapper, type.getContentType()));
        }
        return type.getRawClass().isRecord() && !ValueTypes.isOneText(type.getRawClass())
                ? of(mapper, type)
                : new Leaf(type);
    }

    /** Every leaf with a fixed key, dotted, in order. */
    static Map<String, Leaf> leaves(Block block) {
        var leaves = new LinkedHashMap<String, Leaf>();
        collect(block, new ArrayList<>(), leaves);
        return leaves;
    }

    private static void collect(Block block, List<String> path, Map<String, Leaf> into) {
        block.keys().forEach((key, schema) -> {
            path.add(key);
            if (schema instanceof Leaf leaf) {
                into.put(String.join(".", path), leaf);
            } else if (schema instanceof Block inner) {
                collect(inner, path, into);
            }
            path.remove(path.size() - 1);
        });
    }
}
