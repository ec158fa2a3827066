package io.lumia.config;

/** How Lumia logs; the {@code log} block. */
public record LogConfig(Format format, Level level) {
    /** Of a log line. */
    public enum Format {
        TEXT,
        JSON
    }

    /** The least severe level that is written. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
