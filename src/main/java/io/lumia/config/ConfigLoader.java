package io.lumia.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Lays the sources of a configuration over one another and makes {@link LumiaConfig} of them. */
public final class ConfigLoader {
    private final ObjectMapper mapper = ValueTypes.mapper();
    private final Schema.Block schema = Schema.of(mapper, mapper.constructType(LumiaConfig.class));

    /** @throws ConfigurationUnusable naming every problem at once */
    public LoadedConfig load(ConfigSources sources) {
        var values = new Values();
        new YamlLayer(values, line -> Setting.DEFAULT).read(Profiles.reference(), schema, List.of());
        var defaults = values.tree();
        profile(values, sources);
        sources.files().forEach(file -> file(values, file));
        var texts = new TextLayer(values, schema);
        texts.environment(sources.environment());
        texts.settings(sources.settings());
        if (sources.data() != null) {
            texts.data(sources.data().toString());
        }
        var config = new Binder(mapper, values, defaults).bind(schema);
        return new LoadedConfig(
                config, values.all().stream().map(ConfigLoader::shown).toList());
    }

    Schema.Block schema() {
        return schema;
    }

    private void profile(Values values, ConfigSources sources) {
        try {
            var text = Profiles.read(sources.profile(), sources.places());
            new YamlLayer(values, line -> "profile " + sources.profile() + ", line " + line)
                    .read(text, schema, List.of());
        } catch (IOException | IllegalArgumentException missing) {
            values.problem(String.valueOf(missing.getMessage()));
        }
    }

    private void file(Values values, Path file) {
        try {
            new YamlLayer(values, line -> file + ", line " + line).read(Files.readString(file), schema, List.of());
        } catch (NoSuchFileException missing) {
            values.problem("the file " + file + " of --config does not exist; check the path");
        } catch (CharacterCodingException noText) {
            values.problem("the file " + file + " of --config is no UTF-8 text");
        } catch (IOException unreadable) {
            var why = Files.isDirectory(file) ? "it is a directory" : "check that this user may read it";
            values.problem("the file " + file + " of --config cannot be read; " + why);
        }
    }

    private static Setting shown(Values.Value value) {
        var secret = Values.SECRETS.contains(value.key()) && !value.node().isNull();
        return new Setting(value.key(), secret ? Setting.MASK : text(value.node()), value.source());
    }

    private static String text(JsonNode node) {
        if (node.isArray()) {
            var entries = new java.util.ArrayList<String>();
            node.forEach(entry -> entries.add(text(entry)));
            return "[" + String.join(", ", entries) + "]";
        }
        return node.isTextual() ? node.asText() : node.toString();
    }
}
