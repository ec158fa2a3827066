package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of each change of level; the {@code expiry.hooks} block.
 *
 * @param webhook gets a POST with JSON; null: nobody
 * @param webhookTokenFile holds a bearer token for it; null: none
 * @param command program and arguments; empty: none
 * @param timeout of one try
 * @param tries before a hook is given up
 */
public record HooksConfig(
        @Nullable URI webhook,
        @JsonProperty("webhook-token-file") @Nullable Path webhookTokenFile,
        List<String> command,
        Duration timeout,
        int tries) {
    public HooksConfig {
        command = List.copyOf(command);
        Check.patience("timeout", timeout);
        Check.atLeast("tries", tries, 1);
    }

    /** Nobody is told. */
    public static HooksConfig none() {
        return new HooksConfig(null, null, List.of(), Duration.ofSeconds(10), 1);
    }
}
