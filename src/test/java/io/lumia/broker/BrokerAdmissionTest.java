package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.CannotStart;
import io.lumia.config.FleetConfig;
import io.lumia.fakes.FakeAuthority;
import io.lumia.fakes.MovableClock;
import io.lumia.tls.ListenerCertificates;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.vertx.mqtt.MqttConnectionException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerAdmissionTest {
    private static final int NOT_AUTHORIZED = 0x87;

    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(data, clock, TestBroker.config(0, 1000, 100, 2));
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    @Test
    void accepts_a_device_and_tells_of_it() throws Exception {
        var connected = new ConcurrentLinkedQueue<FleetBus.DeviceConnected>();
        await(FleetBus.DEVICE_CONNECTED.listen(broker.vertx, connected::add));
        var material = broker.authority.device("dev-1");
        var client = broker.connected(material, "dev-1");
        until("told", () -> connected.size() == 1);
        assertThat(connected.peek().identity()).isEqualTo("dev-1");
        assertThat(connected.peek().serial()).isEqualTo(SerialNumber.of(material.leaf()));
        assertThat(connected.peek().tls()).startsWith("TLSv1.3");
        assertThat(broker.statistics().connections()).isEqualTo(1);
        await(client.disconnect());
        until("gone", () -> broker.statistics().connections() == 0);
        assertThat(broker.statistics().disconnects()).isEqualTo(Map.of("client", 1L));
        assertThat(broker.statistics().sessions()).isZero();
    }

    @Test
    void refuses_a_bootstrap_certificate() throws Exception {
        refused(broker.authority.material(Profile.BOOTSTRAP, "dev-1", new DeviceName("dev-1"), Duration.ofHours(1)));
        assertThat(broker.statistics().connects()).containsEntry("not_authorized", 1L);
    }

    @Test
    void refuses_a_serial_that_the_authority_does_not_know() throws Exception {
        var material = broker.authority.device("dev-1");
        broker.authority.forget(SerialNumber.of(material.leaf()));
        refused(material);
    }

    @Test
    void refuses_a_revoked_certificate_and_audits_it() throws Exception {
        var audited = new ConcurrentLinkedQueue<Audited>();
        await(FleetBus.AUDITED.listen(broker.vertx, audited::add));
        var material = broker.authority.device("dev-1");
        broker.authority.revoke(SerialNumber.of(material.leaf()));
        refused(material);
        assertThat(broker.statistics().connects()).containsEntry("revoked", 1L);
        until("audited", () -> audited.size() == 1);
        assertThat(audited.peek().details()).containsEntry("reason", "revoked");
    }

    @Test
    void refuses_a_certificate_that_the_clock_says_has_expired() throws Exception {
        var material = broker.authority.device("dev-1");
        clock.advance(Duration.ofHours(2));
        refused(material);
        assertThat(broker.statistics().connects()).containsEntry("expired", 1L);
    }

    @Test
    void refuses_a_name_that_is_not_the_one_recorded_for_the_serial() throws Exception {
        refused(broker.authority.material(Profile.DEVICE, "lumia-app", new DeviceName("dev-1"), Duration.ofHours(1)));
    }

    @Test
    void gives_a_site_topics_of_its_own_unless_a_device_has_its_name() throws Exception {
        var someDevice = new DeviceName("dev-9");
        try (var site = RawMqtt.connect(
                broker, broker.authority.material(Profile.SITE, "site-1", someDevice, Duration.ofHours(1)))) {
            assertThat(site.say(RawMqtt.Connect.mqtt5("site-1")).at(1)).isZero();
            site.send(RawMqtt.subscribe(5, "site/site-1/down/#", 1, 1));
            assertThat(site.next().lastByte()).isEqualTo(1);
            for (String foreign : List.of("site/site-2/down/#", "devices/site-1/#", "site/#")) {
                site.send(RawMqtt.subscribe(5, foreign, 1, 2));
                assertThat(site.next().lastByte()).as(foreign).isEqualTo(NOT_AUTHORIZED);
            }
        }
        refused(broker.authority.material(Profile.SITE, "dev-9", someDevice, Duration.ofHours(1)));
    }

    @Test
    void refuses_at_the_handshake_a_client_of_another_authority() throws Exception {
        handshakeRefused(new FakeAuthority(clock).device("dev-1"), "bad_certificate");
    }

    @Test
    void refuses_at_the_handshake_an_expired_certificate() throws Exception {
        var past = new Validity(
                clock.instant().minus(Duration.ofHours(3)), clock.instant().minus(Duration.ofHours(2)));
        handshakeRefused(broker.authority.material(Profile.DEVICE, "dev-1", new DeviceName("dev-1"), past), "expired");
    }

    @Test
    void refuses_at_the_handshake_a_client_without_certificate() throws Exception {
        var options = broker.options(broker.authority.device("dev-1"), "dev-1");
        options.setKeyCertOptions(null);
        assertThatThrownBy(() -> broker.connected(options)).isInstanceOf(ExecutionException.class);
        until("counted", () -> broker.statistics().connects().containsKey("no_certificate"));
    }

    @Test
    void refuses_more_connections_than_configured() throws Exception {
        var first = broker.connected(broker.authority.device("dev-1"), "dev-1");
        broker.connected(broker.authority.device("dev-2"), "dev-2");
        assertThat(refusal(broker.authority.device("dev-3")))
                .isEqualTo(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
        await(first.disconnect());
        until("a place is free", () -> broker.statistics().connections() == 1);
        broker.connected(broker.authority.device("dev-3"), "dev-3");
    }

    @Test
    void closes_the_connections_of_a_revoked_serial_and_no_others() throws Exception {
        var enforced = new ConcurrentLinkedQueue<RevocationEnforced>();
        await(FleetBus.REVOCATION_ENFORCED.listen(broker.vertx, enforced::add));
        var stolen = broker.authority.device("dev-1");
        var replacement = broker.authority.device("dev-1");
        var closed = new AtomicBoolean();
        var thief = broker.connected(stolen, "thief");
        thief.closeHandler(gone -> closed.set(true));
        var owner = broker.connected(replacement, "owner");

        FleetBus.CERTIFICATE_REVOKED.publish(broker.vertx, broker.authority.revoke(SerialNumber.of(stolen.leaf())));

        until("closed", closed::get);
        until("told", () -> enforced.size() == 1);
        assertThat(enforced.peek().serial()).isEqualTo(SerialNumber.of(stolen.leaf()));
        assertThat(broker.statistics().disconnects()).isEqualTo(Map.of("revoked", 1L));
        assertThat(owner.isConnected()).isTrue();
        refused(stolen);
    }

    @Test
    void closes_a_connection_when_its_certificate_expires() throws Exception {
        var client = broker.connected(broker.authority.device("dev-1"), "dev-1");
        var closed = new AtomicBoolean();
        client.closeHandler(gone -> closed.set(true));
        clock.advance(Duration.ofHours(1).plusSeconds(1));
        until("closed", closed::get);
        until("counted", () -> broker.statistics().disconnects().equals(Map.of("expired", 1L)));
    }

    @Test
    void names_the_setting_when_the_port_is_taken() {
        var second = new BrokerVerticle(
                TestBroker.config(broker.port(), 1000, 100, 10, new TopicRule[0]),
                new ListenerCertificates(data.resolve("second"), TestBroker.TLS, clock),
                new FleetConfig(new FleetDomain("devices.test")),
                data.resolve("second"),
                clock);
        var elsewhere = io.vertx.core.Vertx.vertx();
        FleetBus.install(elsewhere);
        try {
            await(broker.authority.serve(elsewhere));
            assertThatThrownBy(() -> await(elsewhere.deployVerticle(second)))
                    .hasCauseInstanceOf(CannotStart.class)
                    .hasMessageContaining("broker.port");
        } catch (Exception broken) {
            throw new AssertionError(broken);
        } finally {
            elsewhere.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void tells_clients_that_it_stops() throws Exception {
        var client = broker.connected(broker.authority.device("dev-1"), "dev-1");
        var reasons = new ConcurrentLinkedQueue<String>();
        await(FleetBus.DEVICE_DISCONNECTED.listen(broker.vertx, gone -> reasons.add(gone.reason())));
        broker.undeploy();
        until("told", () -> reasons.contains("shutdown"));
        until("closed", () -> !client.isConnected());
    }

    private void refused(TlsMaterial material) {
        assertThat(refusal(material)).isEqualTo(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
    }

    private MqttConnectReturnCode refusal(TlsMaterial material) {
        try {
            broker.connected(material, "any");
            throw new AssertionError("was accepted");
        } catch (Exception refused) {
            return ((MqttConnectionException) refused.getCause()).code();
        }
    }

    private void handshakeRefused(TlsMaterial material, String reason) {
        assertThatThrownBy(() -> broker.connected(material, "dev-1")).isInstanceOf(ExecutionException.class);
        until("counted", () -> broker.statistics().connects().containsKey(reason));
    }
}
