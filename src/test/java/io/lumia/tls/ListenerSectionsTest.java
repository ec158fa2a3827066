package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.authority.AuthorityFixture;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Renewed;
import io.lumia.config.AcmeClientConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.ChallengeType;
import io.lumia.config.DnsConfig;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.TlsSection.Mode;
import io.lumia.fakes.Await;
import io.lumia.fakes.FakeServerCa;
import io.lumia.fakes.MovableClock;
import io.lumia.tls.ListenerCertificates.Wanted;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners whose certificates come from an ACME server or from an operator's files, on real sockets. */
class ListenerSectionsTest {
    private static final TlsConfig TLS = new TlsConfig(TlsVersion.TLS_1_2, List.of(), true);
    private static final List<String> NAMES = List.of("localhost", "127.0.0.1");
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
    private final ConcurrentLinkedQueue<ListenerReloaded> told = new ConcurrentLinkedQueue<>();
    private AuthorityFixture authority;
    private FakeServerCa ca;
    private Path certFile;
    private Path keyFile;

    @BeforeEach
    void start() throws IOException {
        authority = new AuthorityFixture(Files.createDirectory(directory.resolve("ca")), clock);
        ca = new FakeServerCa(clock);
        certFile = directory.resolve("pair.crt");
        keyFile = directory.resolve("pair.key");
        Await.result(FleetBus.LISTENER_RELOADED.listen(authority.vertx, each -> {
            if (each.listener().equals("test")) {
                told.add(each);
            }
        }));
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void serves_what_the_acme_server_issued_and_takes_it_up_again_after_a_restart() throws Exception {
        var certificate = open(acme(null));
        var listener = listen(certificate);

        assertThat(clientOf(ca).leaf("127.0.0.1", listener.port()))
                .isEqualTo(certificate.material().leaf());
        assertThat(ca.issued()).isEqualTo(1);
        assertThat(open(acme(null)).material().leaf())
                .isEqualTo(certificate.material().leaf());
        assertThat(ca.issued()).as("nothing is ordered at a restart").isEqualTo(1);
        assertThat(storage().resolve("current/key.pem")).isRegularFile();
    }

    @Test
    void does_not_take_up_what_another_acme_server_issued() {
        var first = open(acme(null)).material();
        ca.directory = "https://other.example/directory";
        assertThat(open(acme(null)).material().leaf()).isNotEqualTo(first.leaf());
    }

    @Test
    void tells_the_scheduler_when_its_own_section_wants_a_renewal() {
        open(acme(null));
        awaitTold("started", "acme");
        assertThat(told).allSatisfy(each -> assertThat(each.renewBefore()).isEqualTo(Duration.ofHours(8)));
    }

    @Test
    void renews_by_acme_while_connections_stay_open() throws Exception {
        var certificate = open(acme(null));
        var listener = listen(certificate);
        var client = clientOf(ca);
        try (var open = client.connect("127.0.0.1", listener.port())) {
            assertThat(JdkClient.echoes(open)).isTrue();
            var renewed = (Renewed) renew();
            assertThat(renewed.method()).isEqualTo("acme");
            assertThat(JdkClient.echoes(open)).isTrue();
        }
        assertThat(client.leaf("127.0.0.1", listener.port()))
                .isEqualTo(certificate.material().leaf());
        assertThat(ca.issued()).isEqualTo(2);
    }

    @Test
    void a_failed_renewal_keeps_the_certificate_and_says_why() throws Exception {
        manual(ca.issue(NAMES, DAY));
        var certificate = open(acme(pair()));
        listen(certificate);
        var before = certificate.material();
        ca.failing = "nothing answers; check that the CA runs";

        var kept = (Kept) renew();

        assertThat(kept.reason()).isEqualTo("unreachable");
        assertThat(kept.detail()).contains("check that the CA runs");
        assertThat(certificate.material().leaf())
                .as("far from expiry the fallback is not needed")
                .isEqualTo(before.leaf());
    }

    @Test
    void a_certificate_without_the_names_is_not_taken() throws Exception {
        var certificate = open(acme(null));
        listen(certificate);
        var before = certificate.material();
        ca.names = List.of("elsewhere.example");

        var kept = (Kept) renew();

        assertThat(kept.reason()).isEqualTo("invalid_certificate");
        assertThat(certificate.material().leaf()).isEqualTo(before.leaf());
    }

    @Test
    void near_expiry_the_fallback_is_served_until_a_renewal_succeeds() throws Exception {
        manual(ca.issue(NAMES, Duration.ofDays(30)));
        var fallback = Pem.certificates(Files.readString(certFile)).get(0);
        ca.lifetime = Duration.ofMinutes(30);
        var certificate = open(acme(pair()));
        var listener = listen(certificate);
        var client = clientOf(ca);
        ca.failing = "nothing answers";
        clock.advance(Duration.ofMinutes(28));

        assertThat(renew()).isInstanceOf(Kept.class);

        awaitTold("fallback", "fallback");
        assertThat(client.leaf("127.0.0.1", listener.port())).isEqualTo(fallback);

        ca.failing = null;
        ca.backdated = Duration.ofMinutes(28); // the client goes by the clock of this machine
        assertThat(renew()).isInstanceOf(Renewed.class);
        awaitTold("reloaded", "acme");
        assertThat(client.leaf("127.0.0.1", listener.port()))
                .isEqualTo(certificate.material().leaf())
                .isNotEqualTo(fallback);
    }

    @Test
    void begins_with_the_fallback_when_no_certificate_can_be_had() throws Exception {
        manual(ca.issue(NAMES, DAY));
        ca.failing = "nothing answers";

        var certificate = open(acme(pair()));

        assertThat(certificate.material().chain()).isEqualTo(Pem.certificates(Files.readString(certFile)));
        awaitTold("started", "fallback");
        listen(certificate);
        ca.failing = null;
        assertThat(renew()).isInstanceOf(Renewed.class);
        awaitTold("reloaded", "acme");
    }

    @Test
    void while_it_stands_in_a_changed_fallback_is_taken() throws Exception {
        manual(ca.issue(NAMES, DAY));
        ca.failing = "nothing answers";
        var certificate = open(acme(pair()));
        listen(certificate);
        var other = ca.issue(NAMES, DAY);
        manual(other);
        Await.until(
                authority.vertx,
                "the new fallback",
                () -> certificate.material().leaf().equals(other.leaf()));
    }

    @Test
    void without_certificate_and_fallback_it_does_not_start_and_names_the_keys() throws Exception {
        ca.failing = "nothing answers";
        assertThatThrownBy(() -> open(acme(null)))
                .hasCauseInstanceOf(CannotStart.class)
                .hasMessageContaining("broker.tls")
                .hasMessageContaining("nothing answers")
                .hasMessageContaining("broker.tls.cert-file");
        manual(ca.issue(NAMES, DAY));
        Files.writeString(keyFile, Pem.of(ca.issue(NAMES, DAY).key()));
        assertThatThrownBy(() -> open(acme(pair())))
                .hasCauseInstanceOf(CannotStart.class)
                .hasMessageContaining("broker.tls.key-file " + keyFile)
                .hasMessageContaining("does not belong");
    }

    @Test
    void takes_files_that_change_while_connections_stay_open() throws Exception {
        manual(ca.issue(NAMES, DAY));
        var certificate = open(section(Mode.MANUAL, pair()));
        var listener = listen(certificate);
        var client = clientOf(ca);
        try (var open = client.connect("127.0.0.1", listener.port())) {
            assertThat(JdkClient.echoes(open)).isTrue();
            var next = ca.issue(NAMES, DAY);
            manual(next);
            Await.until(
                    authority.vertx,
                    "the new pair",
                    () -> certificate.material().leaf().equals(next.leaf()));
            awaitTold("reloaded", "manual");
            assertThat(JdkClient.echoes(open)).isTrue();
            assertThat(client.leaf("127.0.0.1", listener.port())).isEqualTo(next.leaf());
        }
        assertThat(directory.resolve("data/identities/test"))
                .as("the operator's key is not copied")
                .doesNotExist();
    }

    @Test
    void a_bad_pair_is_refused_as_a_whole_and_a_good_one_taken_later() throws Exception {
        var first = ca.issue(NAMES, DAY);
        manual(first);
        var certificate = open(section(Mode.MANUAL, pair()));
        listen(certificate);
        var next = ca.issue(NAMES, DAY);
        replace(certFile, Pem.of(next.chain())); // the key is still the old one
        awaitTold("refused", "manual");
        assertThat(certificate.material().leaf()).isEqualTo(first.leaf());
        assertThat(((Kept) renew()).detail()).contains("broker.tls.key-file " + keyFile);
        replace(keyFile, Pem.of(next.key()));
        Await.until(
                authority.vertx,
                "the new pair",
                () -> certificate.material().leaf().equals(next.leaf()));
    }

    private static JdkClient clientOf(FakeServerCa ca) {
        return new JdkClient(new FleetTrust(List.of(ca.root())), null);
    }

    private void awaitTold(String result, String source) {
        Await.until(
                authority.vertx,
                result + " by " + source,
                () -> told.stream()
                        .anyMatch(each ->
                                each.result().equals(result) && each.source().equals(source)));
    }

    private TlsSection acme(Path @Nullable [] pair) {
        return section(Mode.ACME, pair);
    }

    private Path[] pair() {
        return new Path[] {certFile, keyFile};
    }

    private TlsSection section(Mode mode, Path @Nullable [] pair) {
        var acme = new AcmeClientConfig(
                URI.create("https://localhost/acme"),
                null,
                List.of(),
                ChallengeType.HTTP_01,
                null,
                DnsConfig.NONE,
                Duration.ofHours(8),
                storage(),
                null);
        return new TlsSection(
                mode, null, pair == null ? null : pair[0], pair == null ? null : pair[1], acme, TlsSection.Mtls.NONE);
    }

    private Path storage() {
        return directory.resolve("acme-storage");
    }

    private ListenerCertificate open(TlsSection section) {
        var certificates = new ListenerCertificates(directory.resolve("data"), TLS, clock, ca::source);
        return Await.result(certificates.open(
                authority.vertx, new Wanted("test", "broker.tls", "127.0.0.1", NAMES, section, false)));
    }

    private EchoListener listen(ListenerCertificate certificate) {
        var listener = new EchoListener(authority.vertx, TLS, "127.0.0.1", certificate.keyCertOptions(), null);
        Await.result(certificate.serveRenewals("127.0.0.1", listener.port(), false));
        return listener;
    }

    private RenewListenerOutcome renew() {
        return Await.result(FleetBus.renewListener("test").ask(authority.vertx, new RenewListener("test")));
    }

    private void manual(TlsMaterial material) throws IOException {
        replace(keyFile, Pem.of(material.key()));
        replace(certFile, Pem.of(material.chain()));
    }

    private static void replace(Path file, String text) throws IOException {
        var next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
