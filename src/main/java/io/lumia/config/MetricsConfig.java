package io.lumia.config;

/** Metrics and health; the {@code metrics} block. */
public record MetricsConfig(String host, int port) {
    public MetricsConfig {
        Check.port("port", port);
    }
}
