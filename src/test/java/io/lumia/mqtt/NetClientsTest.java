package io.lumia.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.tls.SwappableKeys;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetClientsTest {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);

    private final Vertx vertx = Vertx.vertx();
    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private final NetClients clients = new NetClients((VertxInternal) vertx, TLS);
    private final InetAddress here = InetAddress.getLoopbackAddress();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void connections_of_many_identities_share_one() {
        var first = clients.lease(null, certificate());
        for (int i = 0; i < 20; i++) {
            assertThat(clients.lease(null, certificate()).client()).isSameAs(first.client());
        }
        assertThat(clients.lease(here, certificate()).client()).isNotSameAs(first.client());
    }

    @Test
    void one_identity_that_reconnects_keeps_it_and_leaves_it_after_a_few_certificates() {
        var same = certificate();
        var first = clients.lease(here, same);
        for (int i = 0; i < 20; i++) {
            var again = clients.lease(here, same);
            assertThat(again.client()).isSameAs(first.client());
            again.end();
        }

        first.end();
        var old = clients.lease(here, certificate());
        for (int renewal = 0; renewal < 40; renewal++) {
            var next = clients.lease(here, certificate());
            old.end();
            old = next;
        }

        assertThat(old.client()).isNotSameAs(first.client());
    }

    private ClientSSLOptions certificate() {
        var material = ca.issue("dev", List.of("dev"), Duration.ofHours(1));
        return new ClientSSLOptions().setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(material)));
    }
}
