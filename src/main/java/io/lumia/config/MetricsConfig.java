package io.lumia.config;

/**
 * Metrics and health; the {@code metrics} block.
 *
 * @param soonest that many devices whose certificates end first are named by metrics; 0: none, and no label carries a device
 */
public record MetricsConfig(String host, int port, int soonest) {
    private static final int MOST = 500;

    public MetricsConfig {
        Check.port("port", port);
        Check.that(soonest >= 0 && soonest <= MOST, "soonest must be from 0 to " + MOST + ", is " + soonest);
    }
}
