package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.replace;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.broker.TestBroker.Access;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BrokerReloaded;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.config.BrokerConfig.IdentitySource;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.fakes.FleetCa;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the broker lets in by what an operator says: names, other CAs, CRLs. */
class BrokerGateTest {
    private static final int NOT_AUTHORIZED = 0x87;

    @TempDir
    Path data;

    private final ConcurrentLinkedQueue<BrokerReloaded> reloads = new ConcurrentLinkedQueue<>();
    private final FleetCa other = new FleetCa(Clock.systemUTC());
    private final AtomicInteger clients = new AtomicInteger();
    private TestBroker broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void a_name_that_is_not_listed_is_refused_with_a_good_certificate() throws Exception {
        start(Access.DEFAULT.allowing(List.of("dev-1", "line-*"), null));
        accepted(broker.authority.device("dev-1")).close();
        accepted(broker.authority.device("line-7")).close();
        assertThat(refusal(broker.authority.device("dev-10"))).isEqualTo(NOT_AUTHORIZED);
        assertThat(broker.statistics().connects()).containsEntry("not_allowed", 1L);
    }

    @Test
    void who_is_taken_off_the_list_is_disconnected_and_the_others_stay() throws Exception {
        var file = Files.writeString(data.resolve("names"), "# ours\ndev-1\ndev-2\n");
        start(Access.DEFAULT.allowing(List.of(), file));
        try (var stays = accepted(broker.authority.device("dev-1"));
                var goes = accepted(broker.authority.device("dev-2"))) {
            replace(file, "two words\n");
            told("allowed", "refused");
            assertThat(reloads.peek().detail()).contains("names, line 1");
            stays.ping();
            goes.ping();
            replace(file, "dev-1\n");
            told("allowed", "reloaded");
            assertThat(goes.next().at(0)).isEqualTo(NOT_AUTHORIZED);
            assertThat(goes.isClosedByBroker()).isTrue();
            stays.ping();
        }
        assertThat(refusal(broker.authority.device("dev-2"))).isEqualTo(NOT_AUTHORIZED);
        until(
                "counted",
                () -> Long.valueOf(1).equals(broker.statistics().disconnects().get("not_allowed")));
    }

    @Test
    void with_the_dns_name_as_identity_a_device_keeps_its_own_topics() throws Exception {
        start(Access.DEFAULT.by(IdentitySource.SAN_DNS));
        try (var client = accepted(broker.authority.device("dev-1", List.of("dev-1.devices.test")))) {
            client.send(RawMqtt.subscribe(5, "devices/dev-1/#", 0, 1));
            assertThat(client.next().lastByte()).isZero();
        }
        assertThat(refusal(broker.authority.device("dev-1"))).as("no DNS name").isEqualTo(NOT_AUTHORIZED);
        assertThat(refusal(broker.authority.device("dev-1", List.of("dev-1.devices.test", "b.example"))))
                .as("two DNS names")
                .isEqualTo(NOT_AUTHORIZED);
        assertThat(broker.statistics().connects()).containsEntry("bad_certificate", 2L);
        assertThat(refusal(broker.authority.device("dev-1", List.of("dev-2.devices.test"))))
                .as("another's name")
                .isEqualTo(NOT_AUTHORIZED);
        assertThat(broker.statistics().connects()).containsEntry("not_authorized", 1L);
    }

    @Test
    void a_client_of_another_ca_gets_what_the_rules_say_and_never_a_devices_name() throws Exception {
        start(Access.DEFAULT.trusting(List.of(authority("others.pem", other)), List.of()));
        try (var client = accepted(other.issue("partner", List.of("partner.example"), Duration.ofHours(1)))) {
            client.send(RawMqtt.subscribe(5, "shared/#", 0, 1));
            assertThat(client.next().lastByte()).isZero();
            client.send(RawMqtt.subscribe(5, "devices/partner/#", 0, 2));
            assertThat(client.next().lastByte()).isEqualTo(NOT_AUTHORIZED);
        }
        accepted(broker.authority.device("dev-1")).close();
        var impostor = other.issue("dev-1", List.of("dev-1.devices.test"), Duration.ofHours(1));
        assertThat(refusal(impostor)).isEqualTo(NOT_AUTHORIZED);
    }

    @Test
    void a_ca_that_is_taken_away_lets_nobody_in_and_nobody_is_dropped() throws Exception {
        var second = new FleetCa(Clock.systemUTC());
        var file = authority("others.pem", other);
        start(Access.DEFAULT.trusting(List.of(file), List.of()));
        var material = other.issue("partner", List.of("partner.example"), Duration.ofHours(1));
        try (var open = accepted(material)) {
            replace(file, "garbage");
            told("trust", "refused");
            assertThat(reloads.peek().detail()).contains("broker.client-ca-files", "no PEM certificate found");
            accepted(material).close();
            replace(file, Pem.of(broker.authority.root()));
            until("told", () -> reloads.stream().anyMatch(told -> told.detail().contains("fleet's own CA")));
            replace(file, Pem.of(second.root()));
            told("trust", "reloaded");
            open.ping();
            refusedAtHandshake(material);
            accepted(second.issue("newcomer", List.of("newcomer.example"), Duration.ofHours(1)))
                    .close();
            open.ping();
        }
    }

    @Test
    void a_crl_ends_the_sessions_it_names_and_refuses_them_afterwards() throws Exception {
        var lists = Files.writeString(data.resolve("others.crl"), other.crl());
        start(Access.DEFAULT.trusting(List.of(authority("others.pem", other)), List.of(lists)));
        var good = other.issue("partner", List.of("partner.example"), Duration.ofHours(1));
        var bad = other.issue("lost", List.of("lost.example"), Duration.ofHours(1));
        try (var stays = accepted(good);
                var goes = accepted(bad)) {
            replace(lists, new FleetCa(Clock.systemUTC()).crl(good.leaf()));
            told("crl", "refused");
            assertThat(reloads.peek().detail()).contains("not signed by a CA that is trusted");
            goes.ping();
            replace(lists, other.crl(bad.leaf()));
            told("crl", "reloaded");
            assertThat(goes.next().at(0)).isEqualTo(0x98);
            assertThat(goes.isClosedByBroker()).isTrue();
            stays.ping();
        }
        assertThat(refusal(bad)).isEqualTo(NOT_AUTHORIZED);
        assertThat(broker.statistics().connects()).containsEntry("revoked", 1L);
    }

    @Test
    void the_fleets_new_roots_are_taken_when_they_prove_themselves_and_only_then() throws Exception {
        start(Access.DEFAULT);
        var results = new ConcurrentLinkedQueue<String>();
        await(FleetBus.LISTENER_RELOADED.listen(broker.vertx, told -> results.add(told.result())));
        try (var open = accepted(broker.authority.device("dev-1"))) {
            FleetBus.TRUST_CHANGED.publish(broker.vertx, changed(Pem.of(other.root())));
            until("rolled back", () -> results.contains("trust_rolled_back"));
            accepted(broker.authority.device("dev-2")).close();
            var both = Pem.of(List.of(broker.authority.root(), other.root()));
            FleetBus.TRUST_CHANGED.publish(broker.vertx, changed(both));
            until("reloaded", () -> results.contains("trust_reloaded"));
            accepted(broker.authority.device("dev-3")).close();
            assertThat(refusal(other.issue("dev-4", List.of("dev-4.devices.test"), Duration.ofHours(1))))
                    .as("trusted, but the authority has no record of it")
                    .isEqualTo(NOT_AUTHORIZED);
            open.ping();
        }
    }

    private static TrustChanged changed(String bundle) {
        return new TrustChanged(
                bundle, Fingerprint.ofBundle(Pem.certificates(bundle)).hex(), Instant.EPOCH);
    }

    @Test
    void a_start_with_a_bad_file_fails_and_names_it() throws Exception {
        broker = new TestBroker(data.resolve("good"), Clock.systemUTC(), TestBroker.config());
        var file = Files.writeString(data.resolve("empty.pem"), "");
        assertThatThrownBy(() -> {
                    var access = Access.DEFAULT.trusting(List.of(file), List.of());
                    new TestBroker(data.resolve("bad"), Clock.systemUTC(), TestBroker.config(access)).close();
                })
                .hasMessageContaining("broker.client-ca-files " + file);
    }

    private void start(Access access) throws Exception {
        var rule = new TopicRule("partner", List.of(), List.of("shared/#"));
        broker = new TestBroker(data.resolve("data"), Clock.systemUTC(), TestBroker.config(access, rule));
        await(FleetBus.BROKER_RELOADED.listen(broker.vertx, reloads::add));
    }

    private Path authority(String name, FleetCa ca) throws IOException {
        return Files.writeString(data.resolve(name), Pem.of(ca.root()));
    }

    private void told(String what, String result) {
        until(
                what + " " + result,
                () -> reloads.stream()
                        .anyMatch(told ->
                                told.what().equals(what) && told.result().equals(result)));
    }

    private RawMqtt accepted(TlsMaterial material) throws Exception {
        var client = RawMqtt.connect(broker, material);
        assertThat(client.say(Connect.mqtt5("c" + clients.incrementAndGet())).at(1))
                .isZero();
        return client;
    }

    private int refusal(TlsMaterial material) throws Exception {
        try (var client = RawMqtt.connect(broker, material)) {
            return client.say(Connect.mqtt5("c" + clients.incrementAndGet())).at(1);
        }
    }

    private void refusedAtHandshake(TlsMaterial material) throws Exception {
        try (var client = RawMqtt.connect(broker, material)) {
            client.sendAsMuchAsGoes(Connect.mqtt5("c").packet());
            assertThat(client.isClosedByBroker()).isTrue();
        }
    }
}
