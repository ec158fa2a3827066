package io.lumia.backup;

import static io.lumia.bus.FleetBus.BACKUP_ENDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.backup.Backup.Made;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BackupEnded;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupVerticleTest {
    private static final Instant NOW = Instant.parse("2030-01-31T02:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(NOW);
    private final List<BackupEnded> ended = new CopyOnWriteArrayList<>();
    private final List<String> did = new CopyOnWriteArrayList<>();
    private volatile boolean broken;

    @BeforeEach
    void listen() {
        FleetBus.install(vertx);
        Await.result(BACKUP_ENDED.listen(vertx, ended::add));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void makes_the_first_one_at_once_and_verifies_it() {
        deploy(null, DAY);
        Await.until(vertx, "a backup", () -> ended.size() == 1);
        assertThat(ended).containsExactly(new BackupEnded("done", 42));
        assertThat(did).containsExactly("made", "verified");
    }

    @Test
    void waits_for_what_is_left_since_the_newest_one() {
        deploy(NOW.minus(DAY).plusMillis(30), DAY);
        assertThat(did).isEmpty();
        clock.advance(Duration.ofMillis(30));
        Await.until(vertx, "a backup", () -> ended.size() == 1);
    }

    @Test
    void a_failed_one_is_told_and_tried_again() {
        broken = true;
        deploy(null, DAY);
        Await.until(vertx, "a failure", () -> ended.contains(new BackupEnded("failed", 0)));
        assertThat(did).isEmpty();
    }

    private void deploy(@Nullable Instant newest, Duration every) {
        var job = new BackupVerticle.Job() {
            @Override
            public @Nullable Instant newest() {
                return newest;
            }

            @Override
            public Made make() throws IOException {
                if (broken) {
                    throw new IOException("the disk is full");
                }
                did.add("made");
                var manifest = new Manifest(Manifest.Kind.LUMIA, clock.instant(), "/data", List.of());
                return new Made(Path.of("lumia.backup"), manifest, 1, 42, List.of());
            }

            @Override
            public void verify(Path file) {
                did.add("verified");
            }
        };
        Await.result(vertx.deployVerticle(new BackupVerticle(job, every, clock, new Random(1))));
    }
}
