package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/**
 * The audit log; the {@code audit} block.
 *
 * @param maxSize bytes at which a new file is begun
 * @param maxAge of a file's first line at which a new file is begun
 * @param keep how long files are kept that are written no more
 * @param compress whether these are compressed
 */
public record AuditConfig(
        @JsonProperty("max-size") long maxSize,
        @JsonProperty("max-age") Duration maxAge,
        Duration keep,
        boolean compress) {
    private static final long SMALLEST = 65_536;

    public AuditConfig {
        Check.atLeast("max-size", maxSize, SMALLEST);
        Check.positive("max-age", maxAge);
        Check.positive("keep", keep);
    }
}
