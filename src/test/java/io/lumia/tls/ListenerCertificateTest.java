package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.authority.AuthorityFixture;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The certificates of our own listeners, issued by the real authority and proved on real listeners. */
class ListenerCertificateTest {
    private static final TlsConfig TLS = new TlsConfig(TlsVersion.TLS_1_2, List.of(), true);
    private static final List<String> NAMES = List.of("localhost", "127.0.0.1");

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
    private AuthorityFixture authority;
    private Path data;

    @BeforeEach
    void start() throws IOException {
        data = directory.resolve("listener");
        authority = new AuthorityFixture(Files.createDirectory(directory.resolve("ca")), clock);
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void obtains_at_the_first_start_and_keeps_the_key_to_itself() throws IOException {
        var told = new ConcurrentLinkedQueue<ListenerReloaded>();
        Await.result(FleetBus.LISTENER_RELOADED.listen(authority.vertx, told::add));
        var certificate = open(NAMES);
        assertThat(certificate.material().leaf().getSubjectX500Principal().getName())
                .isEqualTo("CN=localhost");
        assertThat(certificate.material().chain()).hasSize(2);
        assertThat(current("key.pem")).isRegularFile();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(current("key.pem"))))
                .isEqualTo("rw-------");
        Await.until(
                authority.vertx,
                "told",
                () -> told.stream()
                        .anyMatch(each ->
                                each.listener().equals("test") && each.result().equals("started")));
    }

    @Test
    void reuses_the_stored_one_after_a_restart_and_removes_what_a_crash_left() throws IOException {
        var first = open(NAMES).material();
        var left = Files.createDirectories(generations().resolve("half-written"));
        Files.writeString(left.resolve("key.pem"), "a key that nobody needs");
        assertThat(open(NAMES).material().leaf()).isEqualTo(first.leaf());
        assertThat(left).doesNotExist();
        assertThat(generations()).isDirectoryContaining(path -> path.endsWith(serial(first)));
    }

    @Test
    void replaces_the_stored_one_when_another_name_is_wanted() {
        var first = open(NAMES).material();
        var second = open(List.of("localhost", "127.0.0.1", "broker.example")).material();
        assertThat(second.leaf()).isNotEqualTo(first.leaf());
        assertThat(open(NAMES).material().leaf())
                .as("a name too many is no harm")
                .isEqualTo(second.leaf());
    }

    @Test
    void reuses_the_stored_one_however_addresses_and_names_are_spelled() {
        var first = open(List.of("LocalHost", "::1")).material();
        assertThat(open(List.of("localhost", "0:0:0:0:0:0:0:1")).material().leaf())
                .isEqualTo(first.leaf());
    }

    @Test
    void replaces_the_stored_one_when_it_has_expired() {
        var first = open(NAMES).material();
        clock.advance(Duration.ofDays(31));
        assertThat(open(NAMES).material().leaf()).isNotEqualTo(first.leaf());
    }

    @Test
    void replaces_the_stored_one_when_the_authority_is_another() throws IOException {
        var first = open(NAMES).material();
        authority.close();
        authority = new AuthorityFixture(Files.createDirectory(directory.resolve("other-ca")), clock);
        var second = open(NAMES).material();
        assertThat(second.chain().get(1)).isNotEqualTo(first.chain().get(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fullchain.pem", "key.pem", "issued-at"})
    void replaces_the_stored_one_when_a_file_is_cut_off(String file) throws IOException {
        var first = open(NAMES).material();
        var text = Files.readString(current(file));
        Files.writeString(current(file), text.substring(0, text.length() / 2));
        assertThat(open(NAMES).material().leaf()).isNotEqualTo(first.leaf());
    }

    @Test
    void names_the_listener_when_the_authority_refuses() {
        assertThatThrownBy(() -> open(List.of("dev-1.devices.lumia.internal")))
                .hasMessageContaining("no certificate for the listener test")
                .hasMessageContaining("names belong to devices");
    }

    @ParameterizedTest
    @CsvSource({"TLS_1_2,true", "TLS_1_2,false", "TLS_1_3,true", "TLS_1_3,false"})
    void renews_while_connections_stay_open(TlsVersion least, boolean openssl) throws Exception {
        var tls = new TlsConfig(least, List.of(), openssl);
        var certificate = open(NAMES, tls);
        var listener = listener(certificate, tls, "127.0.0.1");
        var client = new JdkClient(certificate.trust(), client());
        var before = certificate.material();
        try (var open = client.connect("127.0.0.1", listener.port())) {
            assertThat(JdkClient.echoes(open)).isTrue();
            assertThat(JdkClient.leaf(open)).isEqualTo(before.leaf());
            var renewed = (RenewListenerOutcome.Renewed) renew("test");
            assertThat(JdkClient.echoes(open))
                    .as("the open connection lives on")
                    .isTrue();
            var served = client.leaf("127.0.0.1", listener.port());
            assertThat(SerialNumber.of(served)).isEqualTo(renewed.serial());
            assertThat(served).isNotEqualTo(before.leaf());
        }
        assertThat(current("certificate.pem"))
                .hasContent(Pem.of(certificate.material().leaf()).strip());
        try (var generations = Files.list(generations())) {
            assertThat(generations).as("the old key is gone").hasSize(1);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(current("key.pem"))))
                .isEqualTo("rw-------");
        assertThat(open(NAMES).material().leaf())
                .as("a restart takes the new one")
                .isEqualTo(certificate.material().leaf());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void proves_a_listener_on_every_address(String host) throws Exception {
        var certificate = open(List.of("localhost", "127.0.0.1", "::1"));
        listener(certificate, TLS, host);
        assertThat(renew("test")).isInstanceOf(RenewListenerOutcome.Renewed.class);
    }

    @Test
    void renews_the_authoritys_own_https_listener() throws Exception {
        int port = authority.authority.httpsPort();
        var trust = new FleetTrust(
                Pem.certificates(authority.authority.description().root()));
        var client = new JdkClient(trust, null);
        var before = client.leaf("127.0.0.1", port);
        assertThat(renew("authority")).isInstanceOf(RenewListenerOutcome.Renewed.class);
        assertThat(client.leaf("127.0.0.1", port)).isNotEqualTo(before);
    }

    @Test
    void asked_twice_at_once_it_renews_once() {
        var certificate = open(NAMES);
        listener(certificate, TLS, "127.0.0.1");
        var call = FleetBus.renewListener("test");
        var first = call.ask(authority.vertx, new RenewListener("one"));
        var second = call.ask(authority.vertx, new RenewListener("two"));
        var outcome = (RenewListenerOutcome.Renewed) Await.result(first);
        assertThat(Await.result(second)).isEqualTo(outcome);
        assertThat(SerialNumber.of(certificate.material().leaf())).isEqualTo(outcome.serial());
    }

    private ListenerCertificate open(List<String> names) {
        return open(names, TLS);
    }

    private ListenerCertificate open(List<String> names, TlsConfig tls) {
        return Await.result(ListenerCertificate.open(authority.vertx, "test", names, data, tls, clock));
    }

    private EchoListener listener(ListenerCertificate certificate, TlsConfig tls, String host) {
        var listener = new EchoListener(
                authority.vertx,
                tls,
                host,
                certificate.keyCertOptions(),
                certificate.trust().trustOptions());
        Await.result(certificate.serveRenewals(host, listener.port(), true));
        return listener;
    }

    private RenewListenerOutcome renew(String listener) {
        return Await.result(FleetBus.renewListener(listener).ask(authority.vertx, new RenewListener("test")));
    }

    private TlsMaterial client() {
        var pair = KeyPairs.p256();
        var asked = new IssueCertificate(
                Profile.BOOTSTRAP,
                CertificateRequest.create(pair, "client", List.of()),
                List.of(),
                null,
                null,
                "test",
                "sign");
        var issued = (IssueOutcome.Issued) Await.result(FleetBus.ISSUE_CERTIFICATE.ask(authority.vertx, asked));
        return new TlsMaterial(
                pair.getPrivate(), Pem.certificates(issued.bundle().fullChain()));
    }

    private Path generations() {
        return data.resolve("identities/test/generations");
    }

    private Path current(String file) {
        return data.resolve("identities/test/current").resolve(file);
    }

    private static String serial(TlsMaterial material) {
        return SerialNumber.of(material.leaf()).toString();
    }
}
