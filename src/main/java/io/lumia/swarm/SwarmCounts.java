package io.lumia.swarm;

/**
 * How the swarm is doing.
 *
 * @param devices that shall live
 * @param connected now
 * @param enrolled that have or had a certificate for MQTT in this run
 * @param renewals since the start
 * @param published telemetry that the broker acknowledged (QoS 0: that was sent)
 * @param answered commands
 */
public record SwarmCounts(int devices, int connected, int enrolled, long renewals, long published, long answered) {}
