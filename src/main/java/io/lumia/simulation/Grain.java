package io.lumia.simulation;

import java.time.Duration;

/**
 * How finely is looked. A bucket, of which the fullest is the peak, is a minute (a 1440th of shorter lifetimes), and longer for small fleets, so that
 * a thousand renewals are in it on average: with fewer, chance alone makes a peak, as 100 in a bucket vary by 10 %. A 24th of the lifetime at most.
 *
 * @param tickMillis what happens within a tick happens at once
 */
record Grain(long tickMillis, int ticksPerBucket) {
    private static final double ENOUGH = 1000;
    private static final long MINUTE = 60_000;
    private static final int MOST_TICKS = 20_000_000;

    static Grain of(Scenario scenario) {
        long lifetime = scenario.lifetime().toMillis();
        double many = ENOUGH * 1000 / scenario.meanPerSecond();
        double bucket = Math.min(lifetime / 24.0, Math.max(Math.min(MINUTE, lifetime / 1440.0), many));
        long fewest = scenario.lasting().toMillis() / MOST_TICKS + 1;
        long tick = Math.max(fewest, Math.min(1000, Math.round(bucket / 60)));
        return new Grain(tick, (int) Math.max(1, Math.round(bucket / tick)));
    }

    int ticks(Duration time) {
        return ticks(time.toMillis());
    }

    int ticks(long millis) {
        return (int) Math.min(Integer.MAX_VALUE, Math.round((double) millis / tickMillis));
    }

    double bucketSeconds() {
        return ticksPerBucket * tickMillis / 1000.0;
    }
}
