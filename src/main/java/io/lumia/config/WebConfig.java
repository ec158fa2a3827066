package io.lumia.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The admin API; the {@code web} block. */
public record WebConfig(
        String host, int port, List<String> names, @Nullable String token) {
    public WebConfig {
        Check.port("port", port);
        Check.that(!names.isEmpty(), "names must hold at least one name or address");
        names = List.copyOf(names);
        Check.that(token == null || token.length() >= 16, "token must have at least 16 characters");
    }

    @Override
    public String toString() {
        return "WebConfig[" + host + ":" + port + "]";
    }
}
