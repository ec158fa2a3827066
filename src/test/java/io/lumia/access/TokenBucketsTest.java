package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final TokenBuckets<String> buckets = new TokenBuckets<>(60, 2, 3);

    @Test
    void gives_the_burst_and_then_one_a_second() {
        assertThat(buckets.take("a", NOW)).isEmpty();
        assertThat(buckets.take("a", NOW)).isEmpty();
        assertThat(buckets.take("a", NOW)).contains(Duration.ofSeconds(1));
        assertThat(buckets.take("b", NOW))
                .as("each key has a bucket of its own")
                .isEmpty();
        assertThat(buckets.take("a", NOW.plusSeconds(1))).isEmpty();
        assertThat(buckets.take("a", NOW.plusSeconds(1))).isPresent();
    }

    @Test
    void never_saves_more_than_the_burst() {
        assertThat(buckets.take("a", NOW)).isEmpty();
        var later = NOW.plus(Duration.ofDays(9));
        assertThat(buckets.take("a", later)).isEmpty();
        assertThat(buckets.take("a", later)).isEmpty();
        assertThat(buckets.take("a", later)).isPresent();
    }

    @Test
    void survives_a_clock_that_jumps_back() {
        assertThat(buckets.take("a", NOW)).isEmpty();
        var before = NOW.minus(Duration.ofDays(1));
        assertThat(buckets.take("a", before)).isEmpty();
        assertThat(buckets.take("a", before)).contains(Duration.ofSeconds(1));
        assertThat(buckets.take("a", before.plusSeconds(1))).isEmpty();
    }

    @Test
    void looking_takes_nothing() {
        for (int i = 0; i < 5; i++) {
            assertThat(buckets.look("a", NOW)).isEmpty();
        }
    }

    @Test
    void forgets_the_longest_unused_key() {
        for (String key : new String[] {"a", "b", "c", "d", "e"}) {
            assertThat(buckets.take(key, NOW)).isEmpty();
        }
        assertThat(buckets.size()).isEqualTo(3);
    }
}
