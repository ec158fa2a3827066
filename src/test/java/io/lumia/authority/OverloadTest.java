package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverloadTest {
    @TempDir
    Path data;

    @Test
    void more_requests_than_the_queue_holds_are_told_to_come_back_and_the_rest_is_served() {
        var clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
        var pair = KeyPairs.p256();
        try (var fixture = new AuthorityFixture(data, AuthorityFixture.config(null, 0, 3), clock)) {
            var disk = new CountDownLatch(1);
            var blocked = fixture.store.write(handle -> waited(disk));
            var asked = AuthorityFixture.request(Profile.BOOTSTRAP, pair, "dev-0001", null);
            var outcomes = IntStream.range(0, 50)
                    .mapToObj(i -> FleetBus.ISSUE_CERTIFICATE.ask(fixture.vertx, asked))
                    .toList();
            Await.until(
                    fixture.vertx,
                    "the rest is refused",
                    () -> outcomes.stream().filter(Future::isComplete).count() == 47);
            disk.countDown();
            assertThat(blocked.await()).isTrue();
            Future.all(outcomes).await();
            assertThat(outcomes)
                    .anyMatch(outcome -> outcome.result() instanceof IssueOutcome.Issued)
                    .anyMatch(outcome -> outcome.result() instanceof IssueOutcome.Refused refused
                            && refused.refusal() == Refusal.OVERLOADED);

            assertThat(fixture.issue(asked)).isInstanceOf(IssueOutcome.Issued.class);
        }
    }

    private static boolean waited(CountDownLatch disk) {
        try {
            disk.await();
            return true;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
