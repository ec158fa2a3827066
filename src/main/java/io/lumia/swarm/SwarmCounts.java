package io.lumia.swarm;

/**
 * How the swarm is doing.
 *
 * @param devices that shall live
 * @param started so far
 * @param connected now
 * @param enrolled that have or had a certificate for MQTT in this run
 * @param renewals since the start
 * @param renewalFailures renewals that were taken back, and tried again
 * @param published telemetry that the broker acknowledged (QoS 0: that was sent)
 * @param received telemetry that came back to its device
 * @param unsent telemetry that was due and not sent: no connection at QoS 0, or a full outbox
 * @param unfinished telemetry that was still under way at the end, at a device or at the broker for a device that was away
 * @param lost telemetry that the broker had and did not deliver
 * @param duplicated telemetry that came back more than once
 * @param dropped connections that ended for anything but take-over, revocation, expiry or the client's own DISCONNECT
 * @param left devices that left by themselves to come back
 * @param answered commands
 */
public record SwarmCounts(
        int devices,
        int started,
        int connected,
        int enrolled,
        long renewals,
        long renewalFailures,
        long published,
        long received,
        long unsent,
        long unfinished,
        long lost,
        long duplicated,
        long dropped,
        long left,
        long answered) {}
