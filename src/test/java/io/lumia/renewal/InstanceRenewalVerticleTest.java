package io.lumia.renewal;

import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.INSTANCE_LOOKED_AT;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.InstanceLookedAt;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.LumiaConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.MovableClock;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateWish;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.lifecycle.RenewalRun.Outcome;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configured instances, each a pair of files without a server behind it. */
class InstanceRenewalVerticleTest {
    private static final Duration LIFETIME = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(Instant.now());
    private final FleetCa ca = new FleetCa(clock);
    private final List<CertificateRenewed> renewed = new CopyOnWriteArrayList<>();
    private final List<RenewalFailed> failed = new CopyOnWriteArrayList<>();
    private final List<InstanceLookedAt> looked = new CopyOnWriteArrayList<>();
    private volatile Future<TlsMaterial> answer = Future.succeededFuture();
    private final List<Duration> taken = new CopyOnWriteArrayList<>();
    private volatile Future<Boolean> mine = Future.succeededFuture(true);

    @BeforeEach
    void listen() throws Exception {
        FleetBus.install(vertx);
        Await.result(CERTIFICATE_RENEWED.listen(vertx, renewed::add));
        Await.result(RENEWAL_FAILED.listen(vertx, failed::add));
        Await.result(INSTANCE_LOOKED_AT.listen(vertx, looked::add));
        Files.writeString(directory.resolve("root.pem"), Pem.of(ca.root()));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void renews_every_instance_that_is_due_and_leaves_the_others_alone() throws Exception {
        install("old", Duration.ofSeconds(10));
        install("young", LIFETIME);
        var young = Files.readString(directory.resolve("young.pem"));

        deploy("old", "young");

        Await.until(vertx, "the old one is renewed", () -> !renewed.isEmpty());
        assertThat(renewed).extracting(CertificateRenewed::identity).containsExactly("old");
        assertThat(renewed).extracting(CertificateRenewed::method).containsExactly("test");
        assertThat(Pem.certificates(Files.readString(directory.resolve("old.pem")))
                        .get(0)
                        .getNotAfter()
                        .toInstant())
                .isAfter(clock.instant().plus(LIFETIME.dividedBy(2)));
        assertThat(directory.resolve("young.pem")).hasContent(young);
    }

    @Test
    void every_look_tells_when_the_certificate_in_use_ends() throws Exception {
        install("young", LIFETIME);
        var leaf = Pem.certificates(Files.readString(directory.resolve("young.pem")))
                .get(0);

        deploy("young");

        Await.until(vertx, "it is looked at", () -> !looked.isEmpty());
        assertThat(looked.get(0)).isEqualTo(new InstanceLookedAt("young", Validity.of(leaf)));
    }

    @Test
    void a_first_certificate_is_obtained_where_there_is_none() throws Exception {
        deploy("new");

        Await.until(vertx, "it is there", () -> !renewed.isEmpty());
        assertThat(directory.resolve("new.pem")).isNotEmptyFile();
    }

    @Test
    void a_failure_is_told_with_the_time_of_the_next_attempt() throws Exception {
        install("old", Duration.ofSeconds(10));
        var before = Files.readString(directory.resolve("old.pem"));
        answer = Future.failedFuture(new IssuanceFailed(IssuanceFailed.Reason.REFUSED, "not you", null, null));

        deploy("old");

        Await.until(vertx, "it is told", () -> !failed.isEmpty());
        assertThat(failed.get(0).identity()).isEqualTo("old");
        assertThat(failed.get(0).reason()).isEqualTo("refused");
        assertThat(failed.get(0).detail()).isEqualTo("not you");
        assertThat(failed.get(0).retryAt())
                .isAfter(clock.instant())
                .isBefore(clock.instant().plusSeconds(61));
        assertThat(directory.resolve("old.pem")).hasContent(before);
    }

    @Test
    void two_runs_never_have_the_same_instance() throws Exception {
        Promise<TlsMaterial> late = Promise.promise();
        answer = late.future();
        try (var renewals = renewals("one")) {
            var first = renewals.renew("one", false, Renewals.ONCE);
            Await.until(
                    vertx, "the first has begun", () -> Files.exists(directory.resolve("data/renewal/one/backups")));

            var second = Await.result(renewals.renew("one", false, Renewals.ONCE));

            assertThat(second.outcome()).isEqualTo(Outcome.BUSY);
            assertThat(second.problem()).contains("this process");
            assertThat(second.exitCode()).isEqualTo(1);
            late.fail("enough");
            assertThat(Await.result(first).outcome()).isEqualTo(Outcome.CRITICAL);
            answer = Future.succeededFuture();
            assertThat(Await.result(renewals.renew("one", false, Renewals.ONCE)).outcome())
                    .isEqualTo(Outcome.RENEWED);
        }
    }

    @Test
    void only_the_newest_backups_are_kept() throws Exception {
        try (var renewals = renewals("one")) {
            for (int i = 0; i < 4; i++) {
                clock.advance(Duration.ofSeconds(1));
                assertThat(Await.result(renewals.renew("one", true, Renewals.ONCE))
                                .outcome())
                        .isEqualTo(Outcome.RENEWED);
            }
        }
        try (var left = Files.list(directory.resolve("data/renewal/one/backups"))) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void an_instance_that_another_node_renews_is_left_alone() throws Exception {
        install("old", Duration.ofSeconds(10));
        mine = Future.succeededFuture(false);
        deploy("old");
        mine = Future.failedFuture("no database");
        deploy("old");
        assertThat(taken).as("asked by both").hasSize(2);
        assertThat(looked).isEmpty();
        assertThat(renewed).isEmpty();

        mine = Future.succeededFuture(true);
        deploy("old");
        Await.until(vertx, "it is renewed where it is that node's turn", () -> renewed.size() == 1);
    }

    @Test
    void a_turn_is_kept_past_the_next_look() throws Exception {
        install("young", LIFETIME);
        deploy("young");
        Await.until(vertx, "it was looked at and the turn kept", () -> taken.size() == 2);
        assertThat(taken.get(1)).isGreaterThan(taken.get(0));
    }

    private Future<Boolean> take(String instance, Duration time) {
        taken.add(time);
        return mine;
    }

    private void install(String name, Duration left) throws Exception {
        var material = ca.issue(name, List.of(name), left);
        Files.writeString(directory.resolve(name + ".pem"), Pem.of(material.chain()));
        Files.writeString(directory.resolve(name + ".key"), Pem.of(material.key()));
    }

    private void deploy(String... names) throws Exception {
        Await.result(vertx.deployVerticle(
                new InstanceRenewalVerticle(renewals(names), this::take, LIFETIME, clock, new Random(1))));
    }

    private Renewals renewals(String... names) throws Exception {
        var config = config(names);
        return new Renewals(
                vertx, config.renewal(), config.tls(), config.data(), (name, instance) -> new TestSource(), clock);
    }

    private LumiaConfig config(String... names) throws Exception {
        var yaml = new StringBuilder("renewal:\n  instances:\n");
        for (String name : names) {
            yaml.append("    " + name + ":\n      common-name: " + name + "\n      threshold: 5m\n      ca-bundle: "
                    + directory.resolve("root.pem") + "\n      target:\n        type: files\n        cert-file: "
                    + directory.resolve(name + ".pem") + "\n        key-file: " + directory.resolve(name + ".key")
                    + "\n      backup:\n        keep: 2\n");
        }
        var file = Files.writeString(directory.resolve("renewal.yaml"), yaml);
        return new ConfigLoader()
                .load(new ConfigSources(
                        "reference", List.of(file), Map.of(), List.of(), directory.resolve("data"), List.of()))
                .config();
    }

    /** Issues from the test's CA, unless another answer is set. */
    private final class TestSource implements CertificateSource {
        @Override
        public String method() {
            return "test";
        }

        @Override
        public Future<Void> health() {
            return Future.succeededFuture();
        }

        @Override
        public Future<TlsMaterial> obtain(CertificateWish wish) {
            return answer.map(set -> set == null ? ca.issue(wish.commonName(), wish.names(), LIFETIME) : set);
        }
    }
}
