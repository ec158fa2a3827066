package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetTrustTest {
    private final Instant now = Clock.systemUTC().instant();
    private final TestAuthority ours = TestAuthority.at(now);
    private final TestAuthority others = TestAuthority.at(now);
    private final FleetTrust trust =
            new FleetTrust(List.of(ours.root()), List.of(ours.intermediate().certificate()));
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void lets_in_who_sends_the_leaf_alone_and_who_sends_the_chain(boolean openssl) throws Exception {
        int port = listener(openssl);
        for (boolean alone : List.of(true, false)) {
            try (var socket = client(device(ours, alone)).connect("127.0.0.1", port)) {
                assertThat(JdkClient.echoes(socket)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void turns_away_who_is_of_another_root_or_shows_nothing(boolean openssl) throws Exception {
        int port = listener(openssl);
        for (JdkClient stranger : List.of(
                client(device(others, false)),
                client(device(others, true)),
                client(SelfSigned.material("dev-1", now)),
                client(null))) {
            assertThatThrownBy(() -> {
                        try (var socket = stranger.connect("127.0.0.1", port)) {
                            assertThat(JdkClient.echoes(socket)).isTrue();
                        }
                    })
                    .isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void an_intermediate_alone_is_no_anchor() {
        var elsewhere = new FleetTrust(
                List.of(others.root()), List.of(ours.intermediate().certificate()));
        assertThatThrownBy(() -> elsewhere.checkClientTrusted(chain(ours, true), "EC"))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void refuses_what_has_expired_and_says_so() {
        var past = new Validity(now.minus(Duration.ofHours(2)), now.minus(Duration.ofSeconds(1)));
        var leaf = leaf(Profile.DEVICE, past);
        assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[] {leaf}, "EC"))
                .isInstanceOf(CertificateException.class)
                .hasRootCauseInstanceOf(CertificateExpiredException.class);
    }

    @Test
    void refuses_a_servers_certificate_of_a_client_and_the_other_way_round() {
        var lifetime = new Validity(now.minusSeconds(60), now.plusSeconds(60));
        var server = new X509Certificate[] {leaf(Profile.SERVER, lifetime)};
        var device = new X509Certificate[] {leaf(Profile.DEVICE, lifetime)};
        assertThatCode(() -> trust.checkServerTrusted(server, "ECDHE_ECDSA")).doesNotThrowAnyException();
        assertThatThrownBy(() -> trust.checkClientTrusted(server, "EC")).isInstanceOf(CertificateException.class);
        assertThatCode(() -> trust.checkClientTrusted(device, "EC")).doesNotThrowAnyException();
        assertThatThrownBy(() -> trust.checkServerTrusted(device, "ECDHE_ECDSA"))
                .isInstanceOf(CertificateException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_running_listener_trusts_other_roots_once_they_are_replaced(boolean openssl) throws Exception {
        int port = listener(openssl);
        trust.replace(List.of(others.root()), List.of(others.intermediate().certificate()));
        assertThat(trust.roots()).containsExactly(others.root());
        assertThat(trust.getAcceptedIssuers()).containsExactly(others.root());
        var serversRoot = new FleetTrust(List.of(ours.root()));
        try (var socket = new JdkClient(serversRoot, device(others, true)).connect("127.0.0.1", port)) {
            assertThat(JdkClient.echoes(socket)).isTrue();
        }
        assertThatThrownBy(() -> {
                    try (var socket = new JdkClient(serversRoot, device(ours, false)).connect("127.0.0.1", port)) {
                        assertThat(JdkClient.echoes(socket)).isTrue();
                    }
                })
                .isInstanceOfAny(SSLException.class, java.net.SocketException.class);
    }

    private int listener(boolean openssl) {
        var pair = KeyPairs.p256();
        var leaf = ours.issue(Profile.SERVER, "listener", List.of("localhost"), pair.getPublic());
        var own = new TlsMaterial(
                pair.getPrivate(), List.of(leaf, ours.intermediate().certificate()));
        var tls = new TlsConfig(TlsVersion.TLS_1_2, List.of(), openssl);
        return new EchoListener(
                        vertx, tls, "127.0.0.1", KeyCertOptions.wrap(new SwappableKeys(own)), trust.trustOptions())
                .port();
    }

    private JdkClient client(TlsMaterial own) {
        return new JdkClient(trust, own);
    }

    private static TlsMaterial device(TestAuthority authority, boolean alone) {
        var pair = KeyPairs.p256();
        var leaf = authority.issue(Profile.DEVICE, "dev-1", List.of(), pair.getPublic());
        var whole = List.of(leaf, authority.intermediate().certificate());
        return new TlsMaterial(pair.getPrivate(), alone ? whole.subList(0, 1) : whole);
    }

    private static X509Certificate[] chain(TestAuthority authority, boolean alone) {
        return device(authority, alone).chain().toArray(X509Certificate[]::new);
    }

    private X509Certificate leaf(Profile profile, Validity validity) {
        return CertificateTemplate.leaf(
                        profile,
                        "name",
                        List.of(),
                        KeyPairs.p256().getPublic(),
                        SerialNumber.random(new SecureRandom()),
                        validity,
                        IssuerLocations.NONE)
                .signedBy(ours.intermediate());
    }
}
