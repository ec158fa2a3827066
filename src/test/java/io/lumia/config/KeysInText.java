package io.lumia.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether pieces of configuration that stand in a text are understood. */
public final class KeysInText {
    private static final Schema.Block SCHEMA = new ConfigLoader().schema();

    private static final List<String> NAMES = ConfigurationKeys.byBlock().values().stream()
            .flatMap(List::stream)
            .map(ConfigurationKeys.Key::name)
            .toList();

    private KeysInText() {}

    /** Names of the blocks and keys at the top. */
    public static Set<String> top() {
        return SCHEMA.keys().keySet();
    }

    /** Whether there is such a key or block; below a block with names of an operator's choice any name goes. */
    public static boolean known(String dotted) {
        Schema at = SCHEMA;
        for (String key : dotted.split("\\.")) {
            var below = at instanceof Schema.Block block ? block.keys().get(key) : null;
            at = at instanceof Schema.Named named ? named.each() : below;
            if (at == null) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is written within a block: {@code dns.provider}. */
    public static boolean isEndOfKey(String dotted) {
        return NAMES.stream().anyMatch(name -> name.endsWith("." + dotted));
    }

    /** Whether it sets something. */
    public static boolean isVariable(String name) {
        return TextLayer.variables(SCHEMA).contains(name);
    }

    /** What is wrong with a file over the defaults. */
    public static List<String> problems(Path file) {
        try {
            var loaded = new ConfigLoader()
                    .load(new ConfigSources("reference", List.of(file), Map.of(), List.of(), null, List.of()));
            return loaded.settings().isEmpty() ? List.of("nothing was loaded") : List.of();
        } catch (ConfigurationUnusable unusable) {
            return String.valueOf(unusable.getMessage()).lines().toList();
        }
    }
}
