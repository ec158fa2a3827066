package io.lumia.app;

import java.time.Duration;

/**
 * What the application has seen since its start.
 *
 * @param telemetry messages
 * @param commands sent
 * @param answers that came in time
 * @param lastRoundTrip of a command and its answer; zero before the first
 * @param malformed messages that could not be read
 * @param lost telemetry by sequence number
 * @param duplicated telemetry by sequence number
 */
public record AppCounts(
        long telemetry,
        long commands,
        long answers,
        Duration lastRoundTrip,
        long malformed,
        long lost,
        long duplicated) {}
