package io.lumia.cli;

import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.ConfigurationUnusable;
import io.lumia.config.LoadedConfig;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that needs the configuration. */
public final class ConfigOptions {
    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Start from conf/NAME.yaml (default: ${DEFAULT-VALUE}).")
    private String profile;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file over the profile; may be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory (default: as the profile says, else ./data).")
    private @Nullable Path data;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting over all; may be repeated.")
    private List<String> settings = new ArrayList<>();

    public ConfigOptions() {
        this(ConfigSources.STANDALONE);
    }

    /** @param usual the profile that counts when none is given */
    ConfigOptions(String usual) {
        profile = usual;
    }

    /** The files that are given, beside the profile. */
    List<Path> files() {
        return List.copyOf(files);
    }

    /** @throws ConfigurationUnusable naming every problem at once */
    public LoadedConfig load() {
        return load(List.of());
    }

    /**
     * The configuration with further settings that a command implies; those given with {@code --set} win over them.
     *
     * @param implied {@code key=value} each
     */
    public LoadedConfig load(List<String> implied) {
        var all = new ArrayList<>(implied);
        all.addAll(settings);
        return new ConfigLoader().load(new ConfigSources(profile, files, System.getenv(), all, data, places()));
    }

    /** The configuration as its sources are now, with these {@code key=value} over all of them. */
    LoadedConfig loadUnder(List<String> over) {
        var all = new ArrayList<>(settings);
        all.addAll(over);
        return new ConfigLoader().load(new ConfigSources(profile, files, System.getenv(), all, data, places()));
    }

    private static List<Path> places() {
        var places = new ArrayList<>(List.of(Path.of("")));
        try {
            var source = ConfigOptions.class.getProtectionDomain().getCodeSource();
            if (source != null && source.getLocation() != null) {
                var jar = Path.of(source.getLocation().toURI());
                if (jar.getParent() != null) {
                    places.add(jar.getParent());
                }
            }
        } catch (URISyntaxException noFile) {
            // the working directory and the jar's own profiles remain
        }
        return places;
    }
}
