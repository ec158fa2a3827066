package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.wire.ReasonCode;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MqttPeer;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.Refused;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client at the Mosquitto broker, over mutual TLS. */
class MosquittoServerIT {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private ExternalProgram.Running mosquitto;
    private int port;

    @BeforeEach
    void start() throws Exception {
        var program = ExternalProgram.find("mosquitto", Map.of(), directory);
        port = FreePort.anywhere();
        var server = ca.issue("broker", List.of("localhost"), Duration.ofDays(1));
        var acl = Files.writeString(
                directory.resolve("acl"), "user lumia-app\ntopic readwrite #\npattern readwrite devices/%u/#\n");
        var configuration = Files.writeString(
                directory.resolve("mosquitto.conf"),
                String.join(
                        "\n",
                        "listener " + port + " 127.0.0.1",
                        "cafile " + Files.writeString(directory.resolve("root.pem"), Pem.of(ca.root())),
                        "certfile " + Files.writeString(directory.resolve("server.pem"), Pem.of(server.chain())),
                        "keyfile " + Files.writeString(directory.resolve("server.key"), Pem.of(server.key())),
                        "require_certificate true",
                        "use_identity_as_username true",
                        "acl_file " + acl,
                        "max_inflight_messages 5",
                        "max_keepalive 60",
                        "max_packet_size 2000",
                        "user root",
                        "log_type all",
                        ""));
        mosquitto = program.begin("-c", configuration.toString());
        mosquitto.awaitPrinted("running");
    }

    @AfterEach
    void stop() {
        if (mosquitto != null) {
            mosquitto.close();
        }
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void takes_and_hands_over_messages_in_order_within_its_receive_maximum(int qos) {
        var app = connected("lumia-app", "app");
        app.subscribe("devices/+/telemetry", qos);
        var device = connected("dev-1", "dev-1");
        var sent = new ArrayList<Future<Void>>();
        for (int i = 0; i < 90; i++) {
            sent.add(device.publish("devices/dev-1/telemetry", "m" + i, qos));
        }
        sent.forEach(Await::result);
        assertThat(app.heard(90))
                .isEqualTo(IntStream.range(0, 90).mapToObj(i -> "m" + i).toList());
        assertThat(device.endings).isEmpty();
    }

    @Test
    void its_terms_are_kept() {
        var device = peer("dev-1");
        var terms = device.connect(Connect.clean("", Duration.ofHours(10))).terms();
        assertThat(terms.clientId()).isNotEmpty();
        assertThat(terms.keepAlive()).isEqualTo(Duration.ofSeconds(60));
        assertThat(terms.maximumPacketSize()).isEqualTo(2000);
        assertThat(Await.failure(device.publish("devices/dev-1/note", "x".repeat(2000), 1)))
                .hasMessageContaining("2000");
        Await.result(device.publish("devices/dev-1/note", "x".repeat(1900), 1));
    }

    @Test
    void passes_requests_and_answers_on() {
        var app = connected("lumia-app", "app");
        app.subscribe("devices/+/responses", 1);
        var device = connected("dev-1", "dev-1");
        device.subscribe("devices/dev-1/commands", 1);
        Await.result(app.publish(Message.of("devices/dev-1/commands", Buffer.buffer("ping"), 1)
                .asking("devices/dev-1/responses", Buffer.buffer("c-1"))
                .expiringAfter(Duration.ofSeconds(30))));
        device.heard(1);
        var asked = device.messages.get(0);
        Await.result(device.publish(
                Message.of(asked.responseTopic(), Buffer.buffer("pong"), 1).answering(asked.correlationData())));
        assertThat(app.heard(1)).containsExactly("pong");
        assertThat(app.messages.get(0).correlationData()).isEqualTo(Buffer.buffer("c-1"));
    }

    @Test
    void resumes_a_session_and_gives_it_to_the_connection_that_came_last() {
        var device = connected("dev-1", "dev-1");
        device.subscribe("devices/dev-1/commands", 2);
        device.disconnect();
        var app = connected("lumia-app", "app");
        Await.result(app.publish("devices/dev-1/commands", "meanwhile", 2));
        assertThat(device.connect(Connect.session("dev-1", HOUR, HOUR)).terms().sessionPresent())
                .isTrue();
        assertThat(device.heard(1)).containsExactly("meanwhile");

        var other = connected("dev-1", "dev-1");

        Await.until(vertx, "both ends", () -> device.endings.size() == 2);
        Await.result(app.publish("devices/dev-1/commands", "for the last", 2));
        assertThat(other.heard(1)).containsExactly("for the last");
        assertThat(other.endings).isEmpty();
    }

    @Test
    void its_refusals_are_told() {
        var device = connected("dev-1", "dev-1");
        assertThat(Await.failure(device.publish("devices/dev-2/note", "x", 1)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
        var stranger = peer(new FleetCa(Clock.systemUTC()).issue("dev-1", List.of("dev-1"), HOUR));
        assertThat(stranger.refused(Connect.clean("", HOUR))).isNotInstanceOf(Refused.class);
    }

    private MqttPeer connected(String identity, String clientId) {
        var peer = peer(identity);
        peer.connect(Connect.session(clientId, HOUR, HOUR));
        return peer;
    }

    private MqttPeer peer(String identity) {
        return peer(ca.issue(identity, List.of(identity), HOUR));
    }

    private MqttPeer peer(TlsMaterial material) {
        return new MqttPeer(vertx, TLS, "localhost", port, ca.root(), material);
    }
}
