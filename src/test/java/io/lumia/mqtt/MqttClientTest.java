package io.lumia.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.TestBroker;
import io.lumia.broker.wire.ReasonCode;
import io.lumia.bus.FleetBus;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FakeAuthority;
import io.lumia.fakes.MqttPeer;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client at our own broker, over mutual TLS. */
class MqttClientTest {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path data;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        var everything = new TopicRule("lumia-app", List.of("#"), List.of("#"));
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(everything));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void exchanges_messages_at_every_qos_in_order() {
        var app = connected("lumia-app", "sub");
        app.subscribe("devices/+/telemetry", 2);
        var device = connected("dev-1", "dev-1");
        for (int qos = 0; qos <= 2; qos++) {
            var sent = new ArrayList<Future<Void>>();
            for (int i = 0; i < 300; i++) {
                sent.add(device.publish("devices/dev-1/telemetry", qos + "/" + i, qos));
            }
            sent.forEach(Await::result);
        }
        var heard = app.heard(900);
        assertThat(heard).hasSize(900).doesNotHaveDuplicates().startsWith("0/0").endsWith("2/299");
        assertThat(heard.subList(600, 900))
                .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "2/" + i).toList());
    }

    @Test
    void a_request_is_answered_at_its_response_topic() {
        var app = connected("lumia-app", "app");
        app.subscribe("devices/+/responses", 1);
        var device = connected("dev-1", "dev-1");
        device.subscribe("devices/dev-1/commands", 1);
        var correlation = Buffer.buffer(new byte[] {0, (byte) 0xff, 7});
        var command = Message.of("devices/dev-1/commands", Buffer.buffer("ping"), 1)
                .asking("devices/dev-1/responses", correlation)
                .expiringAfter(Duration.ofSeconds(90))
                .with(new Message.UserProperty("trace", "1"));
        Await.result(app.publish(command));
        device.heard(1);
        var asked = device.messages.get(0);
        assertThat(asked.expiry()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
        assertThat(asked.userProperty("trace")).contains("1");

        Await.result(device.publish(
                Message.of(asked.responseTopic(), Buffer.buffer("pong"), 1).answering(asked.correlationData())));

        assertThat(app.heard(1)).containsExactly("pong");
        assertThat(app.messages.get(0).correlationData()).isEqualTo(correlation);
    }

    @Test
    void an_answer_in_anothers_name_is_refused() {
        var device = connected("dev-1", "dev-1");
        assertThat(Await.failure(device.publish("devices/dev-2/responses", "x", 1)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
        assertThat(Await.failure(device.asks("devices/dev-2/#", 1))).isInstanceOf(Refused.class);
    }

    @Test
    void a_session_that_is_resumed_hands_over_what_came_meanwhile() {
        var first = connected("dev-1", "dev-1");
        first.subscribe("devices/dev-1/commands", 2);
        first.disconnect();
        var app = connected("lumia-app", "app");
        Await.result(app.publish("devices/dev-1/commands", "one", 1));
        Await.result(app.publish("devices/dev-1/commands", "two", 2));

        var resumed = first.connect(Connect.session("dev-1", HOUR, HOUR));

        assertThat(resumed.terms().sessionPresent()).isTrue();
        assertThat(first.heard(2)).containsExactly("one", "two");
    }

    @Test
    void a_revoked_certificate_is_told_and_refused_with_the_reason() {
        var material = broker.authority.device("dev-1");
        var device = peer(material);
        device.connect(Connect.session("dev-1", HOUR, HOUR));

        FleetBus.CERTIFICATE_REVOKED.publish(broker.vertx, broker.authority.revoke(SerialNumber.of(material.leaf())));

        var ending = device.ended();
        assertThat(ending.by()).isEqualTo(Ending.By.SERVER);
        assertThat(ending.reason()).isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION);
        assertThat(ending.text()).contains("administrative action");
        assertThat(device.refused(Connect.session("dev-1", HOUR, HOUR)))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                    assertThat(refused.isTemporary()).isFalse();
                });
    }

    @Test
    void a_take_over_is_told_to_the_older_connection() {
        var older = connected("dev-1", "dev-1");
        var newer = connected("dev-1", "dev-1");
        assertThat(older.ended().reason()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
        assertThat(newer.endings).isEmpty();
    }

    @Test
    void takes_the_client_id_that_the_server_assigns() {
        var connection = peer(broker.authority.device("dev-1")).connect(Connect.clean("", HOUR));
        assertThat(connection.terms().clientId()).isNotEmpty();
        assertThat(connection.terms().receiveMaximum()).isPositive();
    }

    @Test
    void each_identity_stays_itself_on_resumed_tls_sessions() {
        var materials = List.of(broker.authority.device("dev-1"), broker.authority.device("dev-2"));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 2; i++) {
                var device = peer(materials.get(i));
                device.connect(Connect.clean("", HOUR));
                Await.result(device.publish("devices/dev-" + (i + 1) + "/note", "mine", 1));
                device.disconnect();
            }
        }
    }

    @Test
    void does_not_speak_to_a_server_of_another_name_or_ca() throws Exception {
        broker.close();
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config("0.0.0.0"));
        var own = broker.authority.device("dev-1");
        var named = new MqttPeer(broker.vertx, TLS, "127.0.0.1", broker.port(), broker.authority.root(), own);
        assertThat(named.connect(Connect.clean("", HOUR)).isOpen()).isTrue();
        var other = new MqttPeer(broker.vertx, TLS, "127.0.0.2", broker.port(), broker.authority.root(), own);
        assertThat(other.refused(Connect.clean("", HOUR))).isInstanceOf(SSLHandshakeException.class);
        var foreign = new FakeAuthority(Clock.systemUTC()).root();
        var stranger = new MqttPeer(broker.vertx, TLS, "localhost", broker.port(), foreign, own);
        assertThat(stranger.refused(Connect.clean("", HOUR))).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void a_will_is_published_when_asked_for_at_the_end() {
        var app = connected("lumia-app", "app");
        app.subscribe("devices/+/state", 1);
        var device = peer(broker.authority.device("dev-1"));
        var gone = Message.of("devices/dev-1/state", Buffer.buffer("gone"), 1);
        var connection = device.connect(Connect.clean("dev-1", HOUR).with(new Connect.Will(gone, Duration.ZERO)));
        Await.result(device.on(() -> connection.disconnect(ReasonCode.DISCONNECT_WITH_WILL)));
        assertThat(app.heard(1)).containsExactly("gone");
    }

    private MqttPeer connected(String identity, String clientId) {
        var peer = peer(broker.authority.device(identity));
        peer.connect(Connect.session(clientId, HOUR, HOUR));
        return peer;
    }

    private MqttPeer peer(TlsMaterial material) {
        return new MqttPeer(broker.vertx, TLS, "localhost", broker.port(), broker.authority.root(), material);
    }
}
