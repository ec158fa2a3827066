package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/**
 * Settings that change while Lumia runs; the {@code settings} block.
 *
 * @param reloadInterval how often the files of {@code --config} are looked at; zero: never
 */
public record SettingsConfig(
        @JsonProperty("reload-interval") Duration reloadInterval) {
    public SettingsConfig {
        Check.notNegative("reload-interval", reloadInterval);
    }
}
