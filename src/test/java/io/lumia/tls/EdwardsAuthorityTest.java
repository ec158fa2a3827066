package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.TlsConfig;
import io.lumia.crypto.CryptoProviders;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.KeyType;
import io.lumia.x509.Pem;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A CA that signs with Ed25519 is trusted by either TLS engine, and by neither without the checks of any other. */
class EdwardsAuthorityTest {
    static {
        CryptoProviders.install();
    }

    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void its_servers_are_trusted_by_their_own_names_and_root_alone(boolean openssl) throws Exception {
        var tls = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), openssl);
        try (var authority = new LoopbackAuthority(data, settings -> settings.keyType = KeyType.ED25519)) {
            var root = Pem.certificates(java.nio.file.Files.readString(authority.root))
                    .get(0);
            assertThat(KeyType.of(root.getPublicKey())).contains(KeyType.ED25519);
            assertThat(health(authority, tls, root, "localhost")).isEqualTo(200);
            assertThat(health(authority, tls, root, "127.0.0.1")).isEqualTo(200);
            assertThatThrownBy(() -> health(authority, tls, root, "other.example"))
                    .hasStackTraceContaining("other.example");
            var stranger = TestAuthority.at(Instant.now()).root();
            assertThatThrownBy(() -> health(authority, tls, stranger, "localhost"))
                    .hasStackTraceContaining("path");
        }
    }

    private static int health(LoopbackAuthority authority, TlsConfig tls, X509Certificate root, String host) {
        var options = TlsOptions.apply(new HttpClientOptions(), tls)
                .setTrustOptions(new FleetTrust(List.of(root)).trustOptions())
                .setVerifyHost(true);
        var client = authority.vertx.createHttpClient(options);
        try {
            int port = URI.create(authority.url()).getPort();
            return client.request(new RequestOptions()
                            .setMethod(HttpMethod.GET)
                            .setServer(SocketAddress.inetSocketAddress(port, "127.0.0.1"))
                            .setHost(host)
                            .setPort(port)
                            .setURI("/health"))
                    .compose(request -> request.send())
                    .await()
                    .statusCode();
        } finally {
            client.close().await();
        }
    }
}
