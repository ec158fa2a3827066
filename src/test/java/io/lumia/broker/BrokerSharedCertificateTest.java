package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateShared;
import io.lumia.config.BrokerConfig;
import io.lumia.tls.TlsMaterial;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One certificate and its key in two hands. */
class BrokerSharedCertificateTest {
    private static final String HERE = "127.0.0.1";
    private static final String ELSEWHERE = "127.0.0.9";

    @TempDir
    Path data;

    private TestBroker broker;
    private TlsMaterial stolen;
    private final AtomicInteger witnesses = new AtomicInteger();
    private final ConcurrentLinkedQueue<CertificateShared> told = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Audited> audited = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void tells_once_of_two_clients_that_are_alive_at_different_addresses() throws Exception {
        start(TestBroker.config());
        var owner = connected("dev-1", HERE);
        var thief = connected("dev-1-copy", ELSEWHERE);
        until("told", () -> {
            speak(owner);
            speak(thief);
            return !told.isEmpty();
        });
        var shared = told.element();
        assertThat(shared.identity()).isEqualTo("dev-1");
        assertThat(shared.addresses()).containsExactly(HERE, ELSEWHERE);
        assertThat(shared.clientIds()).containsExactly("dev-1", "dev-1-copy");
        assertThat(shared.action()).isEqualTo("warned");
        until("audited", () -> audited.stream().anyMatch(act -> act.action().equals("certificate.shared")));
        assertThat(owner.isConnected()).isTrue();
        assertThat(thief.isConnected()).isTrue();
        assertThat(toldAfterALook(owner, thief)).hasSize(1);
    }

    @Test
    void a_client_that_changed_its_network_and_left_a_silent_connection_behind_is_no_thief() throws Exception {
        start(TestBroker.config());
        var silent = connected("dev-1", HERE);
        var roamed = connected("dev-1-other-id", ELSEWHERE);
        assertThat(toldAfterALook(roamed)).isEmpty();
        assertThat(silent.isConnected()).isTrue();
    }

    @Test
    void clients_behind_one_address_and_a_swap_to_a_new_certificate_are_no_thieves() throws Exception {
        start(TestBroker.config());
        var one = connected("dev-1", HERE);
        var two = connected("dev-1-tool", HERE);
        var renewed = connected(broker.authority.device("dev-1"), "dev-1!probe", ELSEWHERE);
        assertThat(toldAfterALook(one, two, renewed)).isEmpty();
    }

    @Test
    void tells_of_two_that_take_one_session_over_from_each_other_but_not_of_a_change_there_and_back() throws Exception {
        start(TestBroker.config());
        connected("dev-1", HERE);
        connected("dev-1", ELSEWHERE);
        connected("dev-1", HERE);
        assertThat(toldAfterALook()).isEmpty();
        connected("dev-1", ELSEWHERE);
        connected("dev-1", HERE);
        until("told", () -> told.stream().anyMatch(shared -> shared.identity().equals("dev-1")));
        assertThat(toldAfterALook())
                .singleElement()
                .extracting(CertificateShared::clientIds)
                .isEqualTo(List.of("dev-1", "dev-1"));
    }

    @Test
    void keeps_only_who_was_there_first_where_it_is_set_to_refuse() throws Exception {
        start(TestBroker.refusingShared(TestBroker.config()));
        var owner = connected("dev-1", HERE);
        var thief = connected("dev-1-copy", ELSEWHERE);
        until("the second is sent away", () -> {
            speak(owner);
            return !thief.isConnected();
        });
        assertThat(owner.isConnected()).isTrue();
        until("told", () -> !told.isEmpty());
        assertThat(told.element().action()).isEqualTo("refused");
        assertThatThrownBy(() -> connected("dev-1-copy", ELSEWHERE)).isNotNull();
        assertThatThrownBy(() -> connected("dev-1", ELSEWHERE)).isNotNull();
        assertThat(owner.isConnected()).isTrue();
        assertThat(broker.statistics().connects()).containsEntry("certificate_shared", 2L);
        until("counted", () -> broker.statistics().disconnects().containsKey("certificate_shared"));
    }

    private void start(BrokerConfig config) throws Exception {
        // time that does not pass: how long this machine takes is no matter
        broker = new TestBroker(data, Clock.fixed(Instant.now(), ZoneOffset.UTC), config);
        stolen = broker.authority.device("dev-1");
        await(FleetBus.CERTIFICATE_SHARED.listen(broker.vertx, told::add));
        await(FleetBus.AUDITED.listen(broker.vertx, audited::add));
    }

    private MqttClient connected(String clientId, String address) throws Exception {
        return connected(stolen, clientId, address);
    }

    private MqttClient connected(TlsMaterial material, String clientId, String address) throws Exception {
        var options = broker.options(material, clientId);
        options.setAutoKeepAlive(false).setLocalAddress(address);
        return broker.connected(options);
    }

    private static void speak(MqttClient client) {
        client.publish(
                        "devices/" + client.clientId() + "/telemetry",
                        Buffer.buffer("1"),
                        MqttQoS.AT_MOST_ONCE,
                        false,
                        false)
                .otherwiseEmpty();
    }

    /** The broker has looked at all certificates when it tells of another one that is shared. */
    private List<CertificateShared> toldAfterALook(MqttClient... speaking) throws Exception {
        var name = "witness-" + witnesses.incrementAndGet();
        var copied = broker.authority.device(name);
        var witness = connected(copied, name, HERE);
        var copy = connected(copied, name + "-copy", ELSEWHERE);
        until("the witness is told of", () -> {
            for (MqttClient client : speaking) {
                speak(client);
            }
            speak(witness);
            speak(copy);
            return told.stream().anyMatch(shared -> shared.identity().equals(name));
        });
        return told.stream().filter(shared -> shared.identity().equals("dev-1")).toList();
    }
}
