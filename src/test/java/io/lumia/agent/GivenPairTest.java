package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.config.AgentConfig;
import io.lumia.config.ClientTlsConfig;
import io.lumia.config.RenewalConfig;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.SmallBroker;
import io.lumia.mqtt.Message;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An identity whose certificate an operator gives in files; there is neither provisioning nor ACME. */
class GivenPairTest {
    private static final DeviceName NAME = new DeviceName("lumia-app");
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private final SmallBroker broker = new SmallBroker(vertx, ca);
    private final ConcurrentLinkedQueue<RenewalFailed> failures = new ConcurrentLinkedQueue<>();
    private Agent agent;

    @BeforeEach
    void connect() throws IOException {
        FleetBus.install(vertx);
        Await.result(FleetBus.RENEWAL_FAILED.listen(vertx, failures::add));
        int port = Await.result(broker.listen(0));
        Files.writeString(directory.resolve("roots.pem"), Pem.of(ca.root()));
        give(issued());
        agent = new Agent(NAME, AddressRange.address("127.0.0.8"), environment(port), new Deaf());
        Await.on(context, agent::start);
        Await.result(agent.connected());
    }

    @AfterEach
    void close() {
        Await.on(context, agent::stop);
        Await.result(vertx.close());
    }

    @Test
    void connects_with_it_and_swaps_without_a_gap_when_it_changes() throws IOException {
        var next = issued();
        give(next);
        Await.until(
                vertx,
                "the new certificate at the broker",
                () -> lastConnect().certificate().equals(next.leaf()));
        assertThat(connects()).hasSize(2);
    }

    @Test
    void a_pair_that_does_not_match_is_told_and_the_old_one_stays() throws IOException {
        var first = lastConnect().certificate();
        var next = issued();
        replace("lumia-app.crt", Pem.of(next.chain())); // the key is still the old one
        Await.until(vertx, "told", () -> !failures.isEmpty());
        assertThat(failures.element().detail()).contains("agent.tls.key-file", "lumia-app.key");
        assertThat(lastConnect().certificate()).isEqualTo(first);
        replace("lumia-app.key", Pem.of(next.key()));
        Await.until(
                vertx,
                "the new certificate at the broker",
                () -> lastConnect().certificate().equals(next.leaf()));
    }

    /** Probes do not count. */
    private SmallBroker.Connected lastConnect() {
        return connects().get(connects().size() - 1);
    }

    private List<SmallBroker.Connected> connects() {
        return broker.connects.stream()
                .filter(connect -> connect.clientId().equals("lumia-app"))
                .toList();
    }

    /** Whatever its names are: it is the operator who says whose it is. */
    private TlsMaterial issued() {
        return ca.issue("lumia-app", List.of("app.example"), DAY);
    }

    private void give(TlsMaterial pair) throws IOException {
        replace("lumia-app.key", Pem.of(pair.key()));
        replace("lumia-app.crt", Pem.of(pair.chain()));
    }

    private void replace(String name, String text) throws IOException {
        var next = Files.writeString(directory.resolve("next"), text);
        Files.move(next, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private AgentEnvironment environment(int port) {
        var tls = new ClientTlsConfig(
                ClientTlsConfig.Mode.MANUAL,
                null,
                directory.resolve("%u.crt"),
                directory.resolve("%u.key"),
                List.of(directory.resolve("roots.pem")),
                new ClientTlsConfig.Acme(null, null, null));
        var config = new AgentConfig(
                null,
                null,
                null,
                null,
                Duration.ofMillis(20),
                Duration.ofMillis(5),
                Duration.ofMillis(60),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofMillis(20),
                2,
                tls);
        return AgentEnvironment.of(
                vertx,
                config,
                new RenewalConfig(0.333, null, 0.1, Duration.ofHours(1)),
                new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true),
                new FleetDomain("devices.lumia.internal"),
                directory.resolve("data"),
                URI.create("http://127.0.0.1:1"),
                null,
                1,
                null,
                () -> new Contact(URI.create("https://localhost/unused"), "localhost", port),
                Clock.systemUTC());
    }

    private static final class Deaf implements AgentListener {
        @Override
        public void message(Message message) {}
    }
}
