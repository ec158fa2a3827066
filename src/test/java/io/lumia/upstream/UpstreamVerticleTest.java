package io.lumia.upstream;

import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;
import static io.lumia.bus.FleetBus.ISSUE_CERTIFICATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.FollowNews;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.NewsMissed;
import io.lumia.bus.FleetBus.Told;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.config.CannotStart;
import io.lumia.config.NodeAddresses;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.UpstreamConfig;
import io.lumia.config.WebConfig;
import io.lumia.config.WebSessionConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.web.WebVerticle;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamVerticleTest {
    private static final TrustChanged TRUST = new TrustChanged("roots", "f", ScriptedAuthority.NOW);
    private static final TlsConfig TLS = new TlsConfig(TlsVersion.TLS_1_2, List.of(), false);

    private final Vertx ca = Vertx.vertx();
    private final Vertx broker = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private URI adminApi = URI.create("http://127.0.0.1");

    @TempDir
    Path data;

    @BeforeEach
    void runTheAuthorityElsewhere() {
        FleetBus.install(ca);
        FleetBus.install(broker);
        Await.result(authority.serve(ca));
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                TLS,
                data,
                new MovableClock(ScriptedAuthority.NOW));
        Await.result(ca.deployVerticle(web));
        adminApi = URI.create("http://127.0.0.1:" + web.port());
    }

    @AfterEach
    void close() {
        Await.result(broker.close());
        Await.result(ca.close());
    }

    @Test
    void answers_as_the_authority_of_the_other_process_does() {
        deploy(data.resolve("admin-token"));

        var described =
                Await.result(DESCRIBE_CERTIFICATE.ask(broker, new DescribeCertificate(ScriptedAuthority.SERIAL)));

        assertThat(described)
                .isInstanceOf(CertificateDescription.Known.class)
                .isEqualTo(
                        Await.result(DESCRIBE_CERTIFICATE.ask(ca, new DescribeCertificate(ScriptedAuthority.SERIAL))));
    }

    @Test
    void is_let_in_by_a_token_that_the_operator_gave_it_in_a_file() throws Exception {
        var own = Files.writeString(data.resolve("broker-token"), "0123456789abcdef0123456789abcdef\n");
        var web = new WebVerticle(
                new WebConfig(
                        "127.0.0.1",
                        0,
                        List.of("localhost"),
                        null,
                        List.of(own),
                        new WebSessionConfig(Duration.ofMinutes(1), Duration.ofMinutes(1)),
                        TlsSection.of(null)),
                TLS,
                data,
                new MovableClock(ScriptedAuthority.NOW));
        Await.result(ca.deployVerticle(web));
        adminApi = URI.create("http://127.0.0.1:" + web.port());
        deploy(own);

        assertThat(Await.result(DESCRIBE_CERTIFICATE.ask(broker, new DescribeCertificate(ScriptedAuthority.SERIAL))))
                .isInstanceOf(CertificateDescription.Known.class);
    }

    @Test
    void tells_here_what_is_told_where_the_authority_is() {
        var asked = new ConcurrentLinkedQueue<FollowNews>();
        var revoked = new CertificateRevoked(
                ScriptedAuthority.SERIAL, "dev", RevocationReason.SUPERSEDED, ScriptedAuthority.NOW, "operator");
        Await.result(FleetBus.FOLLOW_NEWS.serve(ca, question -> {
            asked.add(question);
            return switch (asked.size()) {
                case 1 -> Future.succeededFuture(new Told("j", 4, false, List.of(), null));
                case 2 -> Future.failedFuture("away for a moment");
                case 3 -> Future.succeededFuture(new Told("j", 5, true, List.of(revoked), TRUST));
                default -> Promise.<Told>promise().future();
            };
        }));
        var heard = new ConcurrentLinkedQueue<Object>();
        Await.result(FleetBus.CERTIFICATE_REVOKED.listen(broker, heard::add));
        Await.result(FleetBus.TRUST_CHANGED.listen(broker, heard::add));
        Await.result(FleetBus.NEWS_MISSED.listen(broker, heard::add));
        deploy(data.resolve("admin-token"));
        Await.until(broker, "all heard", () -> heard.size() == 3 && asked.size() == 4);
        assertThat(heard).containsExactlyInAnyOrder(revoked, TRUST, new NewsMissed());
        assertThat(asked)
                .containsExactly(
                        new FollowNews(null, 0),
                        new FollowNews("j", 4),
                        new FollowNews("j", 4),
                        new FollowNews("j", 5));
    }

    @Test
    void asks_the_next_node_when_one_is_out_of_reach() {
        var away = URI.create("http://127.0.0.1:" + FreePort.anywhere());
        deploy(new NodeAddresses(List.of(away, adminApi)), data.resolve("admin-token"));

        assertThat(Await.result(DESCRIBE_CERTIFICATE.ask(broker, new DescribeCertificate(ScriptedAuthority.SERIAL))))
                .isInstanceOf(CertificateDescription.Known.class);
    }

    @Test
    void asks_the_next_node_when_one_breaks_but_never_for_a_second_certificate() {
        var asked = new ConcurrentLinkedQueue<String>();
        var breaking = Await.result(ca.createHttpServer()
                .requestHandler(request -> {
                    asked.add(request.path());
                    var unused = request.response().setStatusCode(503).end();
                })
                .listen(0, "127.0.0.1"));
        var node = URI.create("http://127.0.0.1:" + breaking.actualPort());
        deploy(new NodeAddresses(List.of(node, node)), data.resolve("admin-token"));

        var question = new IssueCertificate(Profile.SERVER, "csr", List.of(), null, null, "listener", "local");
        assertThat(Await.failure(ISSUE_CERTIFICATE.ask(broker, question))).hasMessageContaining("503");
        assertThat(Await.failure(DESCRIBE_CERTIFICATE.ask(broker, new DescribeCertificate(ScriptedAuthority.SERIAL))))
                .hasMessageContaining("503");

        assertThat(asked).filteredOn(path -> path.endsWith("certificate.issue")).hasSize(1);
        assertThat(asked)
                .filteredOn(path -> path.endsWith("certificate.describe"))
                .hasSize(2);
    }

    @Test
    void fails_the_question_when_the_token_is_not_accepted() throws Exception {
        var wrong = Files.writeString(data.resolve("wrong"), "not-the-token-of-anybody");
        deploy(wrong);

        assertThat(Await.failure(DESCRIBE_CERTIFICATE.ask(broker, new DescribeCertificate(ScriptedAuthority.SERIAL))))
                .hasMessageContaining("status 401");
    }

    @Test
    void does_not_start_without_its_token_file() {
        var failure = Await.failure(broker.deployVerticle(verticle(data.resolve("missing"))));

        assertThat(failure).isInstanceOf(CannotStart.class).hasMessageContaining("token-file");
    }

    @Test
    void sends_the_token_in_the_clear_only_on_this_machine() {
        assertThatThrownBy(() -> new UpstreamConfig(
                        NodeAddresses.parse("https://ca:8502, http://192.0.2.1:8502"), "token-of-sixteen", null, null))
                .hasMessageContaining("https");
    }

    private void deploy(Path tokenFile) {
        Await.result(broker.deployVerticle(verticle(tokenFile)));
    }

    private void deploy(NodeAddresses nodes, Path tokenFile) {
        Await.result(
                broker.deployVerticle(new UpstreamVerticle(new UpstreamConfig(nodes, null, tokenFile, null), TLS)));
    }

    private UpstreamVerticle verticle(Path tokenFile) {
        return new UpstreamVerticle(
                new UpstreamConfig(new NodeAddresses(List.of(adminApi)), null, tokenFile, null), TLS);
    }
}
