package io.lumia.simulation;

import java.util.Arrays;

/** What happened when, in buckets of equal length; only numbers, so that a million devices and months fit. */
final class Course {
    final int ticksPerBucket;
    final int[] renewals;
    final int[] attempts;
    final int[] refused;
    /** Renewals that were due and had failed at least once, or waited at the CA: the most in the bucket. */
    final int[] backlog;
    /** Changes of the number of devices without a valid certificate. */
    private final int[] expired;
    /** Certificates that ended before the next one was there. */
    final int[] ended;

    Course(int ticks, int ticksPerBucket) {
        this.ticksPerBucket = ticksPerBucket;
        int buckets = (ticks + ticksPerBucket - 1) / ticksPerBucket;
        renewals = new int[buckets];
        attempts = new int[buckets];
        refused = new int[buckets];
        backlog = new int[buckets];
        expired = new int[buckets];
        ended = new int[buckets];
    }

    int bucket(int tick) {
        return tick / ticksPerBucket;
    }

    void waiting(int tick, int many) {
        int bucket = bucket(tick);
        backlog[bucket] = Math.max(backlog[bucket], many);
    }

    /** From one tick on until another, exclusively. */
    void expired(int from, int until) {
        ended[bucket(from)]++;
        expired[bucket(from)]++;
        if (bucket(until) < expired.length) {
            expired[bucket(until)]--;
        }
    }

    /** Devices without a valid certificate, bucket by bucket. */
    int[] withoutCertificate() {
        var many = Arrays.copyOf(expired, expired.length);
        Arrays.parallelPrefix(many, Integer::sum);
        return many;
    }
}
