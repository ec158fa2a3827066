package io.lumia.authority.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.Issuer;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrlPublisherTest {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final TestAuthority authority = TestAuthority.at(clock.instant());
    private final RevokedCertificates revoked = new RevokedCertificates();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean();
    private CrlPublisher publisher;

    @BeforeEach
    void start() {
        publisher = publisher();
        Await.on(vertx.getOrCreateContext(), () -> publisher.start(true));
    }

    @AfterEach
    void stop() {
        publisher.close();
        vertx.close().await();
    }

    @Test
    void a_burst_of_revocations_shares_a_few_crls() {
        assertThat(publisher.current()).map(PublishedCrl::entries).contains(0);
        Await.on(vertx.getOrCreateContext(), () -> {
            for (int i = 1; i <= 500; i++) {
                revoke(i);
            }
            return Future.succeededFuture();
        });
        awaitEntries(500);
        // whatever else was asked for has been made after this turn of the only signer
        assertThat(Await.result(signers().executeBlocking(() -> true, false))).isTrue();
        assertThat(made.get()).isLessThan(20);
    }

    @Test
    void while_none_can_be_made_the_old_one_is_served_and_it_is_tried_again() {
        var old = publisher.current().orElseThrow();
        broken.set(true);
        revoke(1);
        Await.until(vertx, "it was tried twice", () -> made.get() >= 3);
        assertThat(publisher.current()).contains(old);

        broken.set(false);
        awaitEntries(1);
    }

    @Test
    void a_new_one_is_made_well_before_the_old_one_runs_out() {
        var old = publisher.current().orElseThrow();
        publisher.look();
        assertThat(made.get()).isEqualTo(1);
        clock.advance(Duration.ofHours(8));
        Await.until(vertx, "there is a new one", () -> {
            publisher.look();
            return publisher.current().orElseThrow().number().compareTo(old.number()) > 0;
        });
        assertThat(publisher.current().orElseThrow().nextUpdate()).isEqualTo("2026-03-02T20:00:00Z");
    }

    @Test
    void a_restart_serves_the_last_one_while_it_is_good() {
        var old = publisher.current().orElseThrow();
        publisher.close();
        publisher = publisher();
        Await.on(vertx.getOrCreateContext(), () -> publisher.start(false));
        assertThat(publisher.current().orElseThrow().number()).isEqualTo(old.number());
        assertThat(made.get()).isEqualTo(1);
    }

    private void revoke(int serial) {
        revoked.add(new RevokedCertificate(
                new SerialNumber(BigInteger.valueOf(serial)),
                clock.instant(),
                RevocationReason.UNSPECIFIED,
                clock.instant().plus(Duration.ofDays(1))));
        publisher.changed();
    }

    private void awaitEntries(int entries) {
        Await.until(
                vertx,
                "the CRL lists " + entries,
                () -> publisher.current().orElseThrow().entries() == entries);
    }

    private Issuer issuer() {
        made.incrementAndGet();
        if (broken.get()) {
            throw new IllegalStateException("the token is away");
        }
        return authority.intermediate();
    }

    private WorkerExecutor signers() {
        return vertx.createSharedWorkerExecutor("signer", 1);
    }

    private CrlPublisher publisher() {
        var file = new CrlFile(
                directory.resolve("intermediate.crl"), authority.intermediate().certificate());
        var builder =
                new CrlBuilder(file, this::issuer, revoked, List.of(), Duration.ofDays(1), Duration.ofHours(8), clock);
        return new CrlPublisher(vertx, signers(), builder, "intermediate", Duration.ofHours(8), clock, new Random(1));
    }
}
