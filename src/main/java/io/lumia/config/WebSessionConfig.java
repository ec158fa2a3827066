package io.lumia.config;

import java.time.Duration;

/**
 * How long a browser stays logged in; the {@code web.session} block.
 *
 * @param idle without a request
 * @param longest however busy
 */
public record WebSessionConfig(Duration idle, Duration longest) {
    public WebSessionConfig {
        Check.positive("idle", idle);
        Check.positive("longest", longest);
        Check.that(idle.compareTo(longest) <= 0, "idle must not exceed longest (" + Durations.text(longest) + ")");
    }
}
