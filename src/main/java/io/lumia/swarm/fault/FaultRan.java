package io.lumia.swarm.fault;

import io.lumia.config.FaultConfig.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a fault, for reports.
 *
 * @param name as configured
 * @param devices that it was for; 0: it was only noted
 * @param active devices that have it now
 * @param began null: not yet
 * @param ended when no device had it any more; null: not yet
 */
public record FaultRan(
        String name,
        Kind kind,
        int devices,
        int active,
        @Nullable Instant began,
        @Nullable Instant ended) {}
