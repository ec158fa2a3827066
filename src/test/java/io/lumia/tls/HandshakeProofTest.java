package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.fakes.Await;
import io.lumia.fakes.FakeAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the proof of a renewed listener finds out, and that everything is as before then. */
class HandshakeProofTest {
    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final FakeAuthority authority = new FakeAuthority(Clock.systemUTC());
    private final ConcurrentLinkedQueue<ListenerReloaded> told = new ConcurrentLinkedQueue<>();
    private TlsConfig tls = new TlsConfig(TlsVersion.TLS_1_2, List.of(), true);
    private ListenerCertificate certificate;
    private TlsMaterial before;

    @BeforeEach
    void start() {
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
        Await.result(FleetBus.LISTENER_RELOADED.listen(vertx, told::add));
        open();
    }

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @Test
    void renews_a_listener_that_does_everything_right() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        assertThat(renew()).isInstanceOf(RenewListenerOutcome.Renewed.class);
        assertThat(certificate.material().leaf()).isNotEqualTo(before.leaf());
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void rolls_back_when_the_listener_serves_another_certificate(TlsVersion least) throws IOException {
        use(least);
        var fixed = KeyCertOptions.wrap(new SwappableKeys(before));
        listen(fixed, certificate.trust().trustOptions());
        keeps("rolled_back", "another certificate is served");
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void rolls_back_when_the_listener_trusts_everybody(TlsVersion least) throws IOException {
        use(least);
        var during = new ConcurrentLinkedQueue<Path>();
        var before = link();
        listen(certificate.keyCertOptions(), TrustOptions.wrap(new TrustsEverybody(() -> during.add(link()))));
        keeps("rolled_back", "a client of another CA was let in");
        assertThat(during).as("the link during the proof").hasSize(2).containsOnly(before);
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void rolls_back_when_the_listener_asks_for_no_client_certificate(TlsVersion least) throws IOException {
        use(least);
        listen(certificate.keyCertOptions(), null);
        keeps("rolled_back", "a client of another CA was let in");
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void rolls_back_when_a_good_client_is_turned_away(TlsVersion least) throws IOException {
        use(least);
        var stranger = new FleetTrust(List.of(new FakeAuthority(Clock.systemUTC()).root()));
        listen(certificate.keyCertOptions(), stranger.trustOptions());
        keeps("rolled_back", least == TlsVersion.TLS_1_3 ? "a good client was turned away" : "");
    }

    @Test
    void rolls_back_when_the_listener_is_gone() throws IOException {
        Await.result(certificate.serveRenewals("127.0.0.1", 1, true));
        keeps("rolled_back", "");
    }

    @Test
    void keeps_the_old_one_when_the_authority_refuses() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        authority.refusing = true;
        keeps("refused", "told to refuse");
        authority.refusing = false;
        assertThat(renew()).as("the next attempt").isInstanceOf(RenewListenerOutcome.Renewed.class);
    }

    @Test
    void keeps_the_old_one_when_the_new_one_lacks_a_name() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        authority.forgetful = true;
        keeps("invalid_certificate", "does not carry [localhost, 127.0.0.1]");
    }

    @Test
    void keeps_the_old_one_when_the_new_one_is_for_another_key() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        authority.confused = true;
        keeps("refused", "the private key does not belong to the certificate");
    }

    @Test
    void keeps_the_old_one_when_the_chain_of_the_new_one_does_not_verify() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        authority.foreign = true;
        keeps("invalid_certificate", "");
    }

    @Test
    void trusts_another_ca_once_that_is_proved() {
        listen(certificate.keyCertOptions(), certificate.clientTrust().trustOptions());
        var other = new FakeAuthority(Clock.systemUTC());
        Await.result(certificate.trustAlso(List.of(other.root())));
        assertThat(certificate.clientTrust().roots()).containsExactly(authority.root(), other.root());
        assertThat(certificate.trust().roots())
                .as("nobody vouches for us but our own")
                .containsExactly(authority.root());
        told("trust_reloaded");
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void puts_the_old_trust_back_when_a_stranger_gets_in(TlsVersion least) {
        use(least);
        listen(certificate.keyCertOptions(), TrustOptions.wrap(new TrustsEverybody(() -> {})));
        keepsTrust("a client of another CA was let in");
    }

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void puts_the_old_trust_back_when_a_good_client_is_turned_away(TlsVersion least) {
        use(least);
        var stranger = new FleetTrust(List.of(new FakeAuthority(Clock.systemUTC()).root()));
        listen(certificate.keyCertOptions(), stranger.trustOptions());
        keepsTrust("");
    }

    @Test
    void does_not_take_roots_that_would_not_vouch_for_the_listener_itself() {
        listen(certificate.keyCertOptions(), certificate.clientTrust().trustOptions());
        var other = new FakeAuthority(Clock.systemUTC());
        assertThat(Await.failure(certificate.trustFleet(List.of(other.root()))))
                .hasMessageContaining("does not end at one of the new roots");
        assertThat(certificate.trust().roots()).containsExactly(authority.root());
        told("trust_rolled_back");
    }

    private void keepsTrust(String detail) {
        var other = new FakeAuthority(Clock.systemUTC());
        assertThat(Await.failure(certificate.trustAlso(List.of(other.root())))).hasMessageContaining(detail);
        assertThat(certificate.clientTrust().roots()).containsExactly(authority.root());
        assertThat(certificate.material().leaf()).isEqualTo(before.leaf());
        told("trust_rolled_back");
    }

    private void told(String result) {
        Await.until(
                vertx,
                "told",
                () -> told.stream().anyMatch(each -> each.result().equals(result)));
    }

    @Test
    void proves_with_a_longer_lived_client_where_short_ones_are_not_issued() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        authority.leastLifetime = Duration.ofMinutes(10);
        assertThat(renew()).isInstanceOf(RenewListenerOutcome.Renewed.class);
    }

    @Test
    void rolls_back_when_the_new_one_cannot_be_put_in_place() throws IOException {
        listen(certificate.keyCertOptions(), certificate.trust().trustOptions());
        var link = directory().resolve("current");
        var target = Files.readSymbolicLink(link);
        Files.delete(link);
        Files.createDirectories(link.resolve("in the way"));
        var outcome = (Kept) renew();
        assertThat(outcome.reason()).isEqualTo("rolled_back");
        assertThat(certificate.material().leaf()).isEqualTo(before.leaf());
        assertThat(directory().resolve(target).resolve("key.pem")).exists();
    }

    private void open() {
        certificate = Await.result(ListenerCertificate.open(
                vertx, "test", List.of("localhost", "127.0.0.1"), data, tls, Clock.systemUTC()));
        before = certificate.material();
    }

    private void use(TlsVersion least) {
        tls = new TlsConfig(least, List.of(), true);
        open();
    }

    private void listen(KeyCertOptions keys, @Nullable TrustOptions trust) {
        var listener = new EchoListener(vertx, tls, "127.0.0.1", keys, trust);
        Await.result(certificate.serveRenewals("127.0.0.1", listener.port(), true));
    }

    private RenewListenerOutcome renew() {
        return Await.result(FleetBus.renewListener("test").ask(vertx, new RenewListener("test")));
    }

    /** The link on disk, the generations and what is served are those from before. */
    private void keeps(String reason, String detail) throws IOException {
        var link = link();
        var outcome = (Kept) renew();
        assertThat(outcome.reason()).isEqualTo(reason);
        assertThat(outcome.detail()).contains(detail);
        assertThat(certificate.material().leaf()).isEqualTo(before.leaf());
        assertThat(link()).isEqualTo(link);
        try (var generations = Files.list(directory().resolve("generations"))) {
            assertThat(generations.toList()).containsExactly(directory().resolve(link));
        }
        if (reason.equals("rolled_back")) {
            Await.until(
                    vertx,
                    "told",
                    () -> told.stream().anyMatch(each -> each.result().equals("rolled_back")));
        }
    }

    private Path link() {
        try {
            return Files.readSymbolicLink(directory().resolve("current"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Path directory() {
        return data.resolve("identities/test");
    }
}
