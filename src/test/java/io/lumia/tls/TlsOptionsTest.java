package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What listeners offer, seen by a plain client. */
class TlsOptionsTest {
    private static final List<String> TLS_1_2 = List.of("TLSv1.2");
    private static final List<String> TLS_1_3 = List.of("TLSv1.3");

    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private final JdkClient client = new JdkClient(new FleetTrust(List.of(ca.root())), null);
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void offers_tls_1_2_and_1_3_with_forward_secrecy(boolean openssl) throws Exception {
        int port = listener(TlsVersion.TLS_1_2, List.of(), openssl);
        try (var socket = client.connect("127.0.0.1", port, TLS_1_3, List.of())) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
        try (var socket = client.connect("127.0.0.1", port, TLS_1_2, List.of())) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(socket.getSession().getCipherSuite()).matches("TLS_ECDHE_ECDSA_WITH_.*(_GCM_|_POLY1305_).*");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_who_offers_only_suites_without_aead_or_forward_secrecy(boolean openssl) throws Exception {
        int port = listener(TlsVersion.TLS_1_2, List.of(), openssl);
        var supported = Arrays.asList(
                SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        var weak = supported.stream()
                .filter(suite -> suite.contains("_CBC_") || suite.startsWith("TLS_RSA_"))
                .toList();
        assertThat(weak).as("of this Java platform").contains("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256");
        assertThatThrownBy(
                        () -> client.connect("127.0.0.1", port, TLS_1_2, weak).close())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("handshake_failure");
    }

    @ParameterizedTest
    @CsvSource({"true,TLSv1.1", "false,TLSv1.1", "true,TLSv1", "false,TLSv1"})
    void refuses_older_versions(boolean openssl, String version) throws Exception {
        int port = listener(TlsVersion.TLS_1_2, List.of(), openssl);
        assertThat(OldHello.answer("127.0.0.1", port, version)).isEqualTo("protocol_version");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_tls_1_2_where_1_3_is_the_least(boolean openssl) throws Exception {
        int port = listener(TlsVersion.TLS_1_3, List.of(), openssl);
        assertThat(OldHello.answer("127.0.0.1", port, "TLSv1.2")).isEqualTo("protocol_version");
        try (var socket = client.connect("127.0.0.1", port)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void offers_the_configured_suites_only(boolean openssl) throws Exception {
        int port = listener(TlsVersion.TLS_1_2, List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), openssl);
        try (var socket = client.connect("127.0.0.1", port, TLS_1_2, List.of())) {
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        }
        assertThatThrownBy(() -> client.connect(
                                "127.0.0.1", port, TLS_1_2, List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"))
                        .close())
                .isInstanceOf(SSLException.class);
    }

    @Test
    void runs_on_openssl_where_it_is_wanted_and_loads() {
        assertThat(TlsOptions.openssl(new TlsConfig(TlsVersion.TLS_1_2, List.of(), true)))
                .isEqualTo(OpenSsl.isAvailable());
        assertThat(TlsOptions.openssl(new TlsConfig(TlsVersion.TLS_1_2, List.of(), false)))
                .isFalse();
    }

    private int listener(TlsVersion least, List<String> suites, boolean openssl) {
        var own = ca.issue("listener", List.of("localhost"), Duration.ofHours(1));
        var tls = new TlsConfig(least, suites, openssl);
        return new EchoListener(vertx, tls, "127.0.0.1", KeyCertOptions.wrap(new SwappableKeys(own)), null).port();
    }
}
