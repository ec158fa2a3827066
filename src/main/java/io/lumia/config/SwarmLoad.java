package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the simulated devices do beside their telemetry; the {@code swarm.load} block.
 *
 * @param payload least size of a telemetry message in bytes
 * @param measure share of the devices, from 0 to 1, that hear their own telemetry and time it
 * @param commands sent per second by all devices together, each to itself by the broker
 * @param churn share of the devices, from 0 to 1, that leave and come back each minute
 */
public record SwarmLoad(
        Pattern pattern,
        int payload,
        double measure,
        @JsonProperty("commands-per-second") double commands,
        @JsonProperty("churn-per-minute") double churn) {
    /** When devices speak. */
    public enum Pattern {
        /** Each at its own phase, always one interval later. */
        STEADY,
        /** Each wait is drawn between half an interval and one and a half. */
        JITTERED,
        /** All at the same moment, once in an interval. */
        BURST
    }

    /** What a broker of ours takes by default, less what surrounds the payload. */
    private static final int LARGEST = 250_000;

    public SwarmLoad {
        Check.atLeast("payload", payload, 0);
        Check.that(payload <= LARGEST, "payload must be at most " + LARGEST + ", is " + payload);
        Check.that(measure >= 0 && measure <= 1, "measure must be from 0 to 1, is " + measure);
        Check.that(
                commands >= 0 && commands <= 100_000, "commands-per-second must be from 0 to 100000, is " + commands);
        Check.that(churn >= 0 && churn <= 1, "churn-per-minute must be from 0 to 1, is " + churn);
    }
}
