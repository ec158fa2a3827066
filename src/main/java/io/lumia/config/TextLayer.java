package io.lumia.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts the environment and {@code key=value} arguments over the values. */
final class TextLayer {
    private static final String PREFIX = "LUMIA_";
    private static final String ARGUMENT = "--set";
    private static final Set<String> NO_SETTINGS = Set.of("LUMIA_URL", "LUMIA_JAVA_OPTS", "LUMIA_DEBUG");
    /** What Kubernetes and Docker links put into the environment for a service whose name starts with lumia. */
    private static final Pattern OF_THE_PLATFORM =
            Pattern.compile("LUMIA_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP|SCTP)(_.+)?)");

    private static final Pattern ADDRESS_OF_THE_PLATFORM = Pattern.compile("(tcp|udp|sctp)://.*");

    private final Values values;
    private final Schema.Block schema;

    TextLayer(Values values, Schema.Block schema) {
        this.values = values;
        this.schema = schema;
    }

    /** {@code LUMIA_AUTHORITY_ACME_HTTP01_PORT} for {@code authority.acme.http01-port}. */
    static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    void environment(Map<String, String> environment) {
        var known = new LinkedHashMap<String, String>();
        Schema.leaves(schema).keySet().forEach(key -> known.put(variable(key), key));
        environment.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(variable -> {
            var name = variable.getKey();
            if (!name.startsWith(PREFIX) || NO_SETTINGS.contains(name) || ofThePlatform(name, variable.getValue())) {
                return;
            }
            var key = known.get(name);
            if (key == null) {
                values.problem(UnknownKey.sentence(name, known.keySet()) + " (environment)");
            } else {
                put(List.of(key.split("\\.")), variable.getValue(), "environment variable " + name);
            }
        });
    }

    void settings(List<String> settings) {
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                values.problem("--set " + setting + ": expected key=value");
                continue;
            }
            var key = setting.substring(0, equals).strip();
            put(List.of(key.split("\\.", -1)), setting.substring(equals + 1), ARGUMENT);
        }
        Values.SECRETS.forEach(this::refuseFromArgument);
    }

    /** Also when it came within a block: {@code web={token: …}}. */
    private void refuseFromArgument(String secret) {
        var value = values.get(secret);
        if (value != null && value.source().equals(ARGUMENT)) {
            values.problem(
                    secret + ": a secret is not taken from --set, where everybody on this machine can read it; use "
                            + variable(secret) + " or a file given with --config");
            values.put(value.path(), JsonNodeFactory.instance.nullNode(), Setting.DEFAULT);
        }
    }

    void data(String directory) {
        values.put(List.of("data"), JsonNodeFactory.instance.textNode(directory), "--data");
    }

    private void put(List<String> path, String text, String source) {
        var place = find(path);
        if (place == null) {
            values.problem(UnknownKey.sentence(
                            String.join(".", path), Schema.leaves(schema).keySet()) + " (" + source + ")");
        } else if (place instanceof Schema.Leaf leaf
                && leaf.list()
                && !text.strip().startsWith("[")) {
            var list = JsonNodeFactory.instance.arrayNode();
            Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(entry -> !entry.isEmpty())
                    .forEach(list::add);
            values.put(path, list, source);
        } else if (place instanceof Schema.Leaf leaf && !leaf.list()) {
            boolean empty = text.isEmpty() || (text.equals("null") && !Values.SECRETS.contains(String.join(".", path)));
            var json = JsonNodeFactory.instance;
            values.put(path, empty ? json.nullNode() : json.textNode(text), source);
        } else {
            new YamlLayer(values, line -> source).read(text, place, path);
        }
    }

    private @Nullable Schema find(List<String> path) {
        @Nullable Schema at = schema;
        for (String key : path) {
            if (at instanceof Schema.Block block) {
                at = block.keys().get(key);
            } else {
                at = at instanceof Schema.Named named ? named.each() : null;
            }
        }
        return at;
    }

    private static boolean ofThePlatform(String name, String value) {
        return OF_THE_PLATFORM.matcher(name).matches()
                || (name.endsWith("_PORT")
                        && ADDRESS_OF_THE_PLATFORM.matcher(value).matches());
    }

    /** Every name of a variable that sets something. */
    static List<String> variables(Schema.Block schema) {
        return new ArrayList<>(
                Schema.leaves(schema).keySet().stream().map(TextLayer::variable).toList());
    }
}
