package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.FollowNews;
import io.lumia.bus.FleetBus.Told;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.fakes.Await;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NewsTest {
    private static final int KEPT = 3;

    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void serve() {
        FleetBus.install(vertx);
        Await.result(new News(vertx, KEPT).serve());
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void who_asks_for_the_first_time_learns_where_to_go_on() {
        var first = follow(null, 0);
        assertThat(first.gap()).as("it has missed nothing").isFalse();
        assertThat(first.revoked()).isEmpty();
    }

    @Test
    void a_question_that_waits_is_answered_by_the_next_revocation() {
        var first = follow(null, 0);
        var waiting = FleetBus.FOLLOW_NEWS.ask(vertx, new FollowNews(first.journal(), first.upTo()));
        revoke(1);
        var told = Await.result(waiting);
        assertThat(told.revoked()).extracting(CertificateRevoked::serial).containsExactly(serial(1));
        assertThat(told.gap()).isFalse();
    }

    @Test
    void what_happened_between_two_questions_is_told_once_and_in_order() {
        var first = follow(null, 0);
        revoke(1);
        revoke(2);
        FleetBus.TRUST_CHANGED.publish(vertx, new TrustChanged("roots", "f", Instant.EPOCH));
        Await.until(vertx, "three are there", () -> follow(first.journal(), 0).upTo() == 3);
        var told = follow(first.journal(), 1);
        assertThat(told.revoked()).extracting(CertificateRevoked::serial).containsExactly(serial(2));
        assertThat(told.trust()).isEqualTo(new TrustChanged("roots", "f", Instant.EPOCH));
        assertThat(told.upTo()).isEqualTo(3);
    }

    @Test
    void who_was_away_for_too_long_or_since_a_restart_is_told_of_a_gap() {
        var first = follow(null, 0);
        for (int i = 1; i <= KEPT + 1; i++) {
            revoke(i);
        }
        Await.until(vertx, "all are there", () -> follow(first.journal(), 0).upTo() == KEPT + 1);
        assertThat(follow(first.journal(), 0).gap()).isTrue();
        assertThat(follow(first.journal(), 1).gap()).isFalse();
        assertThat(follow("of another start", 0).gap()).isTrue();
    }

    private Told follow(String journal, long after) {
        return Await.result(FleetBus.FOLLOW_NEWS.ask(vertx, new FollowNews(journal, after)));
    }

    private void revoke(int number) {
        FleetBus.CERTIFICATE_REVOKED.publish(
                vertx,
                new CertificateRevoked(serial(number), "dev", RevocationReason.SUPERSEDED, Instant.EPOCH, "operator"));
    }

    private static SerialNumber serial(int number) {
        return new SerialNumber(BigInteger.valueOf(number));
    }
}
