package io.lumia.access;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * A token bucket for each key: {@code burst} at once, then {@code perMinute}. Holds a bounded number of keys, the longest unused is
 * forgotten first. For one thread.
 */
public final class TokenBuckets<K> {
    private static final double NANOS_A_MINUTE = 60e9;

    private final int perMinute;
    private final int burst;
    private final int mostKeys;
    private final LinkedHashMap<K, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    public TokenBuckets(int perMinute, int burst, int mostKeys) {
        this.perMinute = perMinute;
        this.burst = burst;
        this.mostKeys = mostKeys;
    }

    /** Takes one token: empty when there was one, otherwise how long until the next. A clock that jumps back costs nothing. */
    public Optional<Duration> take(K key, Instant now) {
        var bucket = filled(key, now);
        if (bucket.tokens >= 1) {
            keep(key, new Bucket(bucket.tokens - 1, now));
            return Optional.empty();
        }
        keep(key, bucket);
        return Optional.of(wait(bucket));
    }

    /** As {@link #take}, but takes none. */
    public Optional<Duration> look(K key, Instant now) {
        var bucket = filled(key, now);
        return bucket.tokens >= 1 ? Optional.empty() : Optional.of(wait(bucket));
    }

    /** Keys remembered now. */
    public int size() {
        return buckets.size();
    }

    private Bucket filled(K key, Instant now) {
        var known = buckets.get(key);
        if (known == null) {
            return new Bucket(burst, now);
        }
        var elapsed = Math.max(0, Duration.between(known.at, now).toNanos());
        return new Bucket(Math.min(burst, known.tokens + elapsed / NANOS_A_MINUTE * perMinute), now);
    }

    private Duration wait(Bucket bucket) {
        return Duration.ofNanos((long) Math.ceil((1 - bucket.tokens) / perMinute * NANOS_A_MINUTE));
    }

    private void keep(K key, Bucket bucket) {
        buckets.put(key, bucket);
        if (buckets.size() > mostKeys) {
            buckets.remove(buckets.keySet().iterator().next());
        }
    }

    private record Bucket(double tokens, Instant at) {}
}
