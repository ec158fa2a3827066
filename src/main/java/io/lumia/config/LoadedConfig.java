package io.lumia.config;

import java.util.List;

/** A configuration that holds, and where each of its values came from, in the order of {@code conf/reference.yaml}. */
public record LoadedConfig(LumiaConfig config, List<Setting> settings) {
    public LoadedConfig {
        settings = List.copyOf(settings);
    }
}
