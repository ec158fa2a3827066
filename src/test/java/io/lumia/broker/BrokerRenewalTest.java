package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ConnectRefused;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.fakes.FakeAuthority;
import io.lumia.x509.SerialNumber;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker changes its own certificate while it serves. */
class BrokerRenewalTest {
    @TempDir
    Path data;

    private TestBroker broker;
    private final ConcurrentLinkedQueue<ConnectRefused> refused = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Audited> audited = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws Exception {
        start("127.0.0.1");
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void drops_nobody_and_serves_the_new_certificate() throws Exception {
        var client = broker.connected(broker.authority.device("dev-1"), "dev-1");
        var before = served("dev-2");
        var renewed = renew();
        assertThat(SerialNumber.of(served("dev-3"))).isEqualTo(renewed.serial());
        assertThat(before).isNotEqualTo(served("dev-3"));
        assertThat(client.isConnected()).isTrue();
        assertThat(broker.statistics().disconnects().keySet()).isSubsetOf("client");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void does_not_take_its_own_proof_for_an_attack(String host) throws Exception {
        broker.close();
        start(host);
        for (int i = 0; i < 3; i++) {
            renew();
        }
        // what an attacker does is told after whatever the proofs did
        var stranger = new FakeAuthority(broker.clock).device("dev-1");
        try (var client = RawMqtt.connect(broker, stranger, 0, host.equals("::1") ? "::1" : "127.0.0.1")) {
            assertThat(client.isClosedByBroker()).isTrue();
        }
        until("told", () -> !refused.isEmpty() && !audited.isEmpty());
        assertThat(refused).hasSize(1);
        assertThat(audited).hasSize(1);
        assertThat(broker.statistics().connects()).isEqualTo(Map.of("bad_certificate", 1L));
    }

    private void start(String host) throws Exception {
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(host));
        await(FleetBus.CONNECT_REFUSED.listen(broker.vertx, refused::add));
        await(FleetBus.AUDITED.listen(broker.vertx, audited::add));
    }

    private RenewListenerOutcome.Renewed renew() throws Exception {
        var asked = FleetBus.renewListener("broker").ask(broker.vertx, new RenewListener("test"));
        return (RenewListenerOutcome.Renewed) await(asked);
    }

    private X509Certificate served(String name) throws Exception {
        try (var client = RawMqtt.connect(broker, broker.authority.device(name))) {
            return client.serverCertificate();
        }
    }
}
