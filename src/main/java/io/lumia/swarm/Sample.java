package io.lumia.swarm;

/**
 * A moment of a run.
 *
 * @param at seconds since the swarm began
 * @param counts until then
 * @param p50 of deliveries since the sample before, in milliseconds; 0 without any
 * @param max the longest of them
 */
public record Sample(double at, SwarmCounts counts, double p50, double p99, double max) {
    /** Both as one that shows the worse times. */
    Sample with(Sample later) {
        return new Sample(
                later.at, later.counts, Math.max(p50, later.p50), Math.max(p99, later.p99), Math.max(max, later.max));
    }
}
