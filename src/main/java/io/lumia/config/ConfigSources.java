package io.lumia.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a configuration comes from, weakest first; {@code conf/reference.yaml} lies below all of it.
 *
 * @param profile name of a file {@code conf/NAME.yaml}
 * @param files YAML files, the later ones win
 * @param environment the whole environment; only {@code LUMIA_} counts
 * @param settings {@code key=value} each
 * @param data the data directory; wins over everything
 * @param places directories whose {@code conf/NAME.yaml} comes before the profile of the same name in the jar
 */
public record ConfigSources(
        String profile,
        List<Path> files,
        Map<String, String> environment,
        List<String> settings,
        @Nullable Path data,
        List<Path> places) {
    /** What runs when nobody names a profile. */
    public static final String STANDALONE = "standalone";

    public ConfigSources {
        files = List.copyOf(files);
        environment = Map.copyOf(environment);
        settings = List.copyOf(settings);
        places = List.copyOf(places);
    }

    /** A profile of the jar and nothing else. */
    public static ConfigSources ofProfile(String profile) {
        return new ConfigSources(profile, List.of(), Map.of(), List.of(), null, List.of());
    }

    /** The same with these {@code key=value} settings instead. */
    public ConfigSources withSettings(List<String> otherSettings) {
        return new ConfigSources(profile, files, environment, otherSettings, data, places);
    }

    /** The same with this data directory. */
    public ConfigSources withData(Path directory) {
        return new ConfigSources(profile, files, environment, settings, directory, places);
    }
}
