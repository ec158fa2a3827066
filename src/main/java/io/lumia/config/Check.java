package io.lumia.config;

import java.time.Duration;

/** What configuration records demand of their values; the loader puts the key before the message. */
final class Check {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofDays(36_600);
    private static final Duration LONGEST_PATIENCE = Duration.ofHours(24);

    private Check() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    static void port(String key, int port) {
        that(port >= 0 && port <= 65535, key + " must be from 0 to 65535, is " + port);
    }

    static void atLeast(String key, long value, long least) {
        that(value >= least, key + " must be at least " + least + ", is " + value);
    }

    static void positive(String key, Duration duration) {
        that(
                duration.compareTo(LEAST) >= 0 && duration.compareTo(MOST) <= 0,
                key + " must be from 1ms to 36600d, is " + Durations.text(duration));
    }

    /** Of a single exchange: longer ones do not fit the timers of sockets. */
    static void patience(String key, Duration duration) {
        that(
                duration.compareTo(LEAST) >= 0 && duration.compareTo(LONGEST_PATIENCE) <= 0,
                key + " must be from 1ms to 24h, is " + Durations.text(duration));
    }

    static void notNegative(String key, Duration duration) {
        that(!duration.isNegative(), key + " must not be negative, is " + Durations.text(duration));
    }
}
