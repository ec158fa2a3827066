package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.MovableClock;
import io.lumia.issuance.CertificateWish.Usage;
import io.lumia.issuance.FallbackChain.Outcome;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FallbackChainTest {
    private static final String NAME = "broker.example.test";

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final FleetCa ca = new FleetCa(clock);
    private final Scripted first = new Scripted("acme");
    private final Scripted second = new Scripted("embedded");
    private final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        FleetBus.install(vertx);
        Await.result(FleetBus.FALLBACK_TAKEN.listen(vertx, taken -> told.add(taken.step() + " " + taken.method())));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void tries_the_same_source_again_before_another() {
        first.fail(Reason.UNREACHABLE).fail(Reason.CHALLENGE).deliver();

        assertThat(followed(server(null), false))
                .isInstanceOfSatisfying(
                        Outcome.Issued.class,
                        issued -> assertThat(issued.second()).isFalse());
        assertThat(first.asked).isEqualTo(3);
        awaitTold("retry acme", "retry acme");
    }

    @Test
    void goes_to_the_second_source_and_says_so() {
        first.fail(Reason.UNREACHABLE).fail(Reason.UNREACHABLE).fail(Reason.UNREACHABLE);
        second.deliver();

        assertThat(followed(server(null), false)).isInstanceOfSatisfying(Outcome.Issued.class, issued -> {
            assertThat(issued.second()).isTrue();
            assertThat(issued.method()).isEqualTo("embedded");
            assertThat(issued.issuer()).isEqualTo("embedded");
        });
        awaitTold("retry acme", "retry acme", "given_up acme", "second_source embedded");
    }

    @Test
    void does_not_ask_again_for_what_was_refused_or_came_wrong() {
        for (Reason reason : List.of(Reason.REFUSED, Reason.INVALID_CERTIFICATE)) {
            first.asked = 0;
            first.fail(reason);
            second.deliver();
            assertThat(followed(server(null), false)).isInstanceOf(Outcome.Issued.class);
            assertThat(first.asked).isEqualTo(1);
        }
    }

    @Test
    void comes_back_to_a_ca_that_asked_for_it() {
        first.fail(Reason.REFUSED, Duration.ofMillis(5)).deliver();

        assertThat(followed(server(null), false)).isInstanceOf(Outcome.Issued.class);
        assertThat(first.asked).isEqualTo(2);
    }

    @Test
    void keeps_the_last_good_one_even_where_self_signed_is_wanted() {
        var current = ca.issue(NAME, List.of(NAME), Duration.ofHours(1));
        nobodyDelivers();

        assertThat(followed(server(current), true))
                .isInstanceOfSatisfying(
                        Outcome.Kept.class, kept -> assertThat(kept.material()).isSameAs(current));
        awaitTold("given_up acme", "given_up embedded", "kept none");
    }

    @Test
    void takes_the_last_one_that_a_source_kept_when_nothing_is_in_use() {
        first.last = ca.issue(NAME, List.of(NAME), Duration.ofHours(1));
        second.last = ca.issue(NAME, List.of(NAME), Duration.ofHours(2));
        nobodyDelivers();

        assertThat(followed(server(null), true))
                .isInstanceOfSatisfying(
                        Outcome.Kept.class, kept -> assertThat(kept.material()).isSameAs(second.last));
    }

    @Test
    void serves_a_self_signed_one_only_where_that_is_wanted_and_nothing_is_valid() {
        var expired = ca.issue(NAME, List.of(NAME), Duration.ofHours(1));
        clock.advance(Duration.ofHours(2));
        nobodyDelivers();
        assertThat(followed(server(expired), false)).isInstanceOf(Outcome.Nothing.class);

        nobodyDelivers();
        assertThat(followed(server(expired), true)).isInstanceOfSatisfying(Outcome.SelfSigned.class, own -> {
            assertThat(IssuedCertificateCheck.problems(
                            own.material(), server(null), List.of(ca.root()), clock.instant()))
                    .singleElement()
                    .asString()
                    .contains("does not lead to a trusted root");
        });
        awaitTold(
                "given_up acme",
                "given_up embedded",
                "nothing none",
                "given_up acme",
                "given_up embedded",
                "self_signed self-signed");
    }

    @Test
    void never_signs_for_a_client_itself() {
        nobodyDelivers();
        var client = new CertificateWish(NAME, List.of(NAME), KeyType.P256, null, Set.of(Usage.CLIENT));

        assertThat(followed(client, true)).isInstanceOf(Outcome.Nothing.class);
        assertThat(Await.failure(new SelfSignedSource(vertx, clock).obtain(client)))
                .hasMessageContaining("never self-signed");
    }

    @Test
    void as_a_source_it_fails_when_the_old_one_has_to_stay() {
        nobodyDelivers();
        var current = ca.issue(NAME, List.of(NAME), Duration.ofHours(1));

        assertThat(Await.failure(chain(true).obtain(server(current)))).isInstanceOf(IssuanceFailed.class);
    }

    @Test
    void is_healthy_while_any_source_is_and_otherwise_tells_what_ails_the_first() {
        first.healthy = false;
        Await.result(chain(false).health());
        second.healthy = false;
        assertThat(Await.failure(chain(false).health())).hasMessageContaining("acme is ill");
    }

    private void nobodyDelivers() {
        first.fail(Reason.REFUSED);
        second.fail(Reason.REFUSED);
    }

    private Outcome followed(CertificateWish wish, boolean selfSigned) {
        return Await.result(chain(selfSigned).follow(wish));
    }

    private FallbackChain chain(boolean selfSigned) {
        var schedule = new RetrySchedule(Duration.ofMillis(1), Duration.ofMillis(10));
        return new FallbackChain(
                vertx,
                List.of(first, second),
                new FallbackChain.Rules(3, schedule, selfSigned),
                new FallbackStory(vertx),
                clock,
                new Random(7));
    }

    private void awaitTold(String... steps) {
        Await.until(vertx, "everything is told", () -> told.size() >= steps.length);
        assertThat(told).containsExactly(steps);
    }

    private static CertificateWish server(@Nullable TlsMaterial current) {
        return new CertificateWish(NAME, List.of(NAME), KeyType.P256, current);
    }

    /** Answers what the test wrote down, in order. */
    private final class Scripted implements CertificateSource {
        private final String method;
        private final Deque<Optional<IssuanceFailed>> answers = new ArrayDeque<>();
        volatile @Nullable TlsMaterial last;
        volatile int asked;
        volatile boolean healthy = true;

        Scripted(String method) {
            this.method = method;
        }

        Scripted fail(Reason reason) {
            return fail(reason, null);
        }

        Scripted fail(Reason reason, @Nullable Duration after) {
            answers.add(Optional.of(new IssuanceFailed(reason, "as written", after, null)));
            return this;
        }

        Scripted deliver() {
            answers.add(Optional.empty());
            return this;
        }

        @Override
        public String method() {
            return method;
        }

        @Override
        public Future<Void> health() {
            return healthy
                    ? Future.succeededFuture()
                    : Future.failedFuture(new IssuanceFailed(Reason.UNREACHABLE, method + " is ill", null, null));
        }

        @Override
        public synchronized Future<TlsMaterial> obtain(CertificateWish wish) {
            asked = asked + 1;
            var answer = answers.remove();
            return answer.<Future<TlsMaterial>>map(Future::failedFuture)
                    .orElseGet(() -> Future.succeededFuture(ca.issue(NAME, List.of(NAME), Duration.ofHours(1))));
        }

        @Override
        public Future<Optional<TlsMaterial>> last() {
            return Future.succeededFuture(Optional.ofNullable(last));
        }
    }
}
