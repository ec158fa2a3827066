package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SwappableKeysTest {
    private final FleetCa ca = new FleetCa(Clock.systemUTC());

    @Test
    void each_generation_has_an_alias_of_its_own() {
        var first = material();
        var keys = new SwappableKeys(first);
        var firstAlias = keys.chooseEngineServerAlias("EC", null, null);
        var second = material();
        keys.swap(second);
        var secondAlias = keys.chooseEngineServerAlias("EC", null, null);
        assertThat(secondAlias).isNotEqualTo(firstAlias);
        assertThat(keys.chooseEngineClientAlias(new String[] {"EC"}, null, null))
                .isEqualTo(secondAlias);
        assertThat(keys.getServerAliases("EC", null)).containsExactly(secondAlias);
        assertThat(keys.getPrivateKey(firstAlias))
                .as("a handshake that has begun ends with the key it began with")
                .isEqualTo(first.key());
        assertThat(keys.getCertificateChain(secondAlias)).containsExactly(second.leaf());
        assertThat(keys.material()).isEqualTo(second);
    }

    @Test
    void forgets_keys_of_long_ago() {
        var keys = new SwappableKeys(material());
        var first = keys.chooseEngineServerAlias("EC", null, null);
        for (int i = 0; i < 3; i++) {
            keys.swap(material());
        }
        assertThat(keys.getPrivateKey(first)).isNull();
        assertThat(keys.getCertificateChain(first)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"TLS_1_2,true", "TLS_1_2,false", "TLS_1_3,true", "TLS_1_3,false"})
    void the_next_handshake_sees_what_was_swapped_in(TlsVersion least, boolean openssl) throws Exception {
        var vertx = Vertx.vertx();
        try {
            var keys = new SwappableKeys(material());
            var tls = new TlsConfig(least, List.of(), openssl);
            var port = new EchoListener(vertx, tls, "127.0.0.1", KeyCertOptions.wrap(keys), null).port();
            var client = new JdkClient(new FleetTrust(List.of(ca.root())), null);
            for (int generation = 0; generation < 6; generation++) {
                for (int handshake = 0; handshake < 3; handshake++) {
                    assertThat(client.leaf("127.0.0.1", port))
                            .isEqualTo(keys.material().leaf());
                }
                keys.swap(material());
            }
        } finally {
            Await.result(vertx.close());
        }
    }

    private TlsMaterial material() {
        return ca.issue("listener", List.of("localhost", "127.0.0.1"), Duration.ofHours(1));
    }
}
