package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.scenario.NodesSoak;
import io.lumia.scenario.NodesThroughput;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes over one PostgreSQL, killed, cut off, paused and replaced under load. */
class PostgresChaosIT {
    @TempDir
    Path directory;

    @Test
    void lose_nothing_and_issue_nothing_twice() throws Exception {
        var result = new NodesSoak(directory, 4, Duration.ofSeconds(4)).run(5);
        assertThat(result.violations()).isEmpty();
        assertThat(result.certificates()).isGreaterThan(20);
        assertThat(result.revoked()).isPositive();
        assertThat(result.replays()).isPositive();
    }

    /** The long form: {@code scripts/soak --cluster}. */
    @Test
    @Tag("soak")
    void lose_nothing_and_issue_nothing_twice_round_after_round() throws Exception {
        long seed = Long.getLong("lumia.soak.seed", Clock.systemUTC().millis());
        System.out.println("soak: seed " + seed);
        // longer than an attempt to finalize may take, and than the database waits for a transaction that stands still
        var result = new NodesSoak(directory, seed, Duration.ofSeconds(35))
                .run(Integer.getInteger("lumia.soak.rounds", 20));
        System.out.println("soak: " + result.summary());
        assertThat(result.violations()).isEmpty();
        assertThat(result.certificates()).isGreaterThan(100);
        assertThat(result.revoked()).isGreaterThan(10);
        assertThat(result.replays()).isGreaterThan(10);
    }

    /** {@code scripts/soak --cluster-throughput}. On one machine the nodes share its processors with the database and the clients. */
    @Test
    @Tag("soak")
    void three_of_them_serve_as_many_as_one() throws Exception {
        var measured = new NodesThroughput(directory);
        double one = measured.of(1);
        double three = measured.of(3);
        System.out.printf(
                "soak: one node %.1f certificates/s, three nodes %.1f, ratio %.2f on %d processors%n",
                one, three, three / one, Runtime.getRuntime().availableProcessors());
        assertThat(three).isGreaterThan(one / 2);
    }
}
