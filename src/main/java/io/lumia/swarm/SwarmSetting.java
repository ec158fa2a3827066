package io.lumia.swarm;

import io.lumia.agent.AgentEnvironment;
import io.lumia.config.SwarmConfig;
import java.util.function.LongSupplier;

/**
 * What all devices of a swarm share.
 *
 * @param run tells the sequence numbers of this run from those of another
 * @param nanos a clock that never jumps, for durations; {@link System#nanoTime} outside tests
 */
record SwarmSetting(
        SwarmConfig config, AgentEnvironment environment, SwarmTally tally, String run, LongSupplier nanos) {
    /** For a device that lives in another environment. */
    SwarmSetting in(AgentEnvironment other) {
        return new SwarmSetting(config, other, tally, run, nanos);
    }
}
