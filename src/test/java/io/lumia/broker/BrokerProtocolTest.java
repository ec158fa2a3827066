package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.bus.FleetBus;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.fakes.MovableClock;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Promise;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on the wire: reason codes, time limits and bounds. */
class BrokerProtocolTest {
    /** Long enough for a handshake on a busy machine. */
    private static final Duration IN_A_MOMENT = Duration.ofSeconds(3);

    private static final TopicRule APP = new TopicRule("lumia-app", List.of("devices/+/cmd"), List.of("devices/#"));

    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
    private TestBroker broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void tells_an_mqtt_5_client_why_it_is_refused() throws Exception {
        start(config(1));
        var bootstrap =
                broker.authority.material(Profile.BOOTSTRAP, "dev-1", new DeviceName("dev-1"), Duration.ofHours(1));
        assertThat(connackCode(bootstrap, Connect.mqtt5("dev-1"))).isEqualTo(0x87);
        assertThat(connackCode(bootstrap, Connect.mqtt3("dev-1"))).isEqualTo(5);
        assertThat(connackCode(device("dev-1"), Connect.mqtt5("x".repeat(1025))))
                .isEqualTo(0x85);
        assertThat(connackCode(device("dev-1"), Connect.mqtt5("dev-1").will("devices/dev-2/will")))
                .isEqualTo(0x87);
        assertThat(connackCode(device("dev-1"), Connect.mqtt5("dev-1").will("devices/+/will")))
                .isEqualTo(0x90);
        try (var first = RawMqtt.connect(broker, device("dev-1"))) {
            assertThat(first.say(Connect.mqtt5("dev-1")).at(1)).isZero();
            assertThat(connackCode(device("dev-2"), Connect.mqtt5("dev-2")))
                    .as("max-connections")
                    .isEqualTo(0x89);
        }
    }

    @Test
    void tells_an_mqtt_5_client_that_its_session_is_taken_over() throws Exception {
        start(config(10));
        try (var first = RawMqtt.connect(broker, device("dev-1"));
                var second = RawMqtt.connect(broker, device("dev-1"))) {
            first.say(Connect.mqtt5("dev-1"));
            assertThat(second.say(Connect.mqtt5("dev-1")).at(1)).isZero();
            disconnected(first, 0x8e);
        }
    }

    @Test
    void tells_an_mqtt_5_client_that_the_broker_stops() throws Exception {
        start(config(10));
        try (var client = RawMqtt.connect(broker, device("dev-1"))) {
            client.say(Connect.mqtt5("dev-1"));
            broker.undeploy();
            disconnected(client, 0x8b);
        }
    }

    @Test
    void tells_an_mqtt_5_client_that_it_was_revoked_and_sends_its_will() throws Exception {
        start(config(10));
        var material = device("dev-1");
        try (var app = listening("devices/+/will");
                var client = RawMqtt.connect(broker, material)) {
            client.say(Connect.mqtt5("dev-1").will("devices/dev-1/will"));
            FleetBus.CERTIFICATE_REVOKED.publish(
                    broker.vertx, broker.authority.revoke(SerialNumber.of(material.leaf())));
            disconnected(client, 0x98);
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBLISH);
        }
    }

    @Test
    void closes_when_the_certificate_expires_and_not_before() throws Exception {
        start(config(10));
        try (var client = RawMqtt.connect(broker, device("dev-1"));
                var other = RawMqtt.connect(
                        broker,
                        broker.authority.material(
                                Profile.DEVICE, "dev-2", new DeviceName("dev-2"), Duration.ofHours(3)))) {
            client.say(Connect.mqtt5("dev-1"));
            other.say(Connect.mqtt5("dev-2"));
            clock.advance(Duration.ofHours(1));
            client.waitFor(Duration.ofMillis(700)); // the broker looks more often
            client.send(RawMqtt.publish(5, "devices/dev-1/a", new byte[1], 1, 7));
            assertThat(client.next().type()).as("on its last second").isEqualTo(RawMqtt.PUBACK);
            clock.advance(Duration.ofSeconds(1));
            disconnected(client, 0x87);
            other.send(RawMqtt.publish(5, "devices/dev-2/a", new byte[1], 1, 7));
            assertThat(other.next().type()).isEqualTo(RawMqtt.PUBACK);
            until("counted", () -> broker.statistics().disconnects().equals(Map.of("expired", 1L)));
        }
    }

    @Test
    void leaves_expired_connections_alone_when_told_so() throws Exception {
        start(TestBroker.keepingExpired(config(10)));
        try (var client = RawMqtt.connect(broker, device("dev-1"))) {
            client.say(Connect.mqtt5("dev-1"));
            clock.advance(Duration.ofHours(2));
            for (int i = 1; i <= 3; i++) {
                // longer than the broker's looks are apart
                client.waitFor(Duration.ofMillis(300));
                client.send(RawMqtt.publish(5, "devices/dev-1/a", new byte[1], 1, i));
                assertThat(client.next().type()).isEqualTo(RawMqtt.PUBACK);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void closes_a_silent_client_after_its_keep_alive_and_sends_the_will(int version) throws Exception {
        start(config(10));
        var reasons = new ConcurrentLinkedQueue<String>();
        await(FleetBus.DEVICE_DISCONNECTED.listen(broker.vertx, gone -> reasons.add(gone.reason())));
        try (var app = listening("devices/+/will");
                var client = RawMqtt.connect(broker, device("dev-1"))) {
            var connect = version == 5 ? Connect.mqtt5("dev-1") : Connect.mqtt3("dev-1");
            long begun = System.nanoTime();
            client.say(connect.keepAlive(1).will("devices/dev-1/will"));
            if (version == 5) {
                disconnected(client, 0x8d);
            } else {
                assertThat(client.isClosedByBroker()).isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1400));
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBLISH);
            until("told", () -> reasons.contains("keep_alive"));
            until("counted", () -> broker.statistics().disconnects().equals(Map.of("keep_alive", 1L)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void closes_who_sends_a_packet_that_is_too_large(int version) throws Exception {
        start(config(10));
        try (var client = RawMqtt.connect(broker, device("dev-1"))) {
            client.say(version == 5 ? Connect.mqtt5("dev-1") : Connect.mqtt3("dev-1"));
            client.send(RawMqtt.publish(version, "devices/dev-1/a", new byte[1000], 1, 1));
            assertThat(client.next().type()).isEqualTo(RawMqtt.PUBACK);
            client.sendAsMuchAsGoes(RawMqtt.publish(version, "devices/dev-1/a", new byte[300_000], 1, 2));
            if (version == 5) {
                disconnected(client, 0x95);
            } else {
                assertThat(client.isClosedByBroker()).isTrue();
            }
            until("counted", () -> broker.statistics().disconnects().containsKey("packet_too_large"));
        }
    }

    @Test
    void closes_who_does_not_begin_the_handshake_and_who_does_not_say_connect() throws Exception {
        start(config(10, IN_A_MOMENT));
        try (var plain = new Socket("127.0.0.1", broker.port());
                var mute = RawMqtt.connect(broker, device("dev-1"))) {
            plain.setSoTimeout((int) TestBroker.PATIENCE.toMillis());
            assertThat(plain.getInputStream().read()).isEqualTo(-1);
            assertThat(mute.isClosedByBroker()).isTrue();
        }
        until("no place is taken", () -> broker.statistics().connections() == 0);
    }

    @Test
    void closes_who_connects_too_slowly_byte_by_byte() throws Exception {
        start(config(10, IN_A_MOMENT));
        var packet = Connect.mqtt5("x".repeat(500)).packet();
        try (var slow = RawMqtt.connect(broker, device("dev-1"))) {
            assertThatThrownBy(() -> {
                        for (byte each : packet) {
                            slow.send(new byte[] {each});
                            slow.waitFor(Duration.ofMillis(100));
                        }
                    })
                    .isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void keeps_a_session_as_long_as_was_agreed_and_no_longer() throws Exception {
        start(config(10));
        var material =
                broker.authority.material(Profile.DEVICE, "dev-1", new DeviceName("dev-1"), Duration.ofHours(24));
        int[] anHour = {17, 0, 0, 0x0e, 0x10};
        assertThat(sessionPresent(material, anHour)).isFalse();
        clock.advance(Duration.ofMinutes(59));
        assertThat(sessionPresent(material, anHour)).isTrue();
        clock.advance(Duration.ofMinutes(60));
        until("ended", () -> broker.statistics().sessions() == 0);
        assertThat(sessionPresent(material, anHour)).isFalse();
        assertThat(sessionPresent(material)).as("none was asked for this time").isTrue();
        assertThat(sessionPresent(material)).isFalse();
    }

    @Test
    void a_revocation_in_the_middle_of_connect_wins() throws Exception {
        start(config(10));
        var material = device("dev-1");
        // the authority's answer is from before the revocation, the broker acts on that before the answer comes
        var enforced = Promise.<Void>promise();
        await(FleetBus.REVOCATION_ENFORCED.listen(broker.vertx, told -> enforced.tryComplete()));
        broker.authority.beforeDescribing = () -> {
            FleetBus.CERTIFICATE_REVOKED.publish(
                    broker.vertx, broker.authority.revoke(SerialNumber.of(material.leaf())));
            return enforced.future();
        };
        assertThat(connackCode(material, Connect.mqtt5("dev-1"))).isEqualTo(0x87);
        assertThat(broker.statistics().connects()).isEqualTo(Map.of("revoked", 1L));
        until("its place is free", () -> broker.statistics().connections() == 0);
        assertThat(broker.statistics().sessions()).isZero();
    }

    @Test
    void bounds_what_it_keeps_for_a_subscriber_that_does_not_read() throws Exception {
        start(TestBroker.config("127.0.0.1", 0, 50, 10, 10, TestBroker.CONNECT_TIMEOUT, APP));
        var payload = new byte[200_000];
        try (var slow = RawMqtt.connect(broker, device("lumia-app"), 256 * 1024, "127.0.0.1");
                var device = RawMqtt.connect(broker, device("dev-1"))) {
            slow.say(Connect.mqtt5("app"));
            slow.send(RawMqtt.subscribe(5, "devices/dev-1/a", 0, 1));
            assertThat(slow.next().type()).isEqualTo(RawMqtt.SUBACK);
            device.say(Connect.mqtt5("dev-1"));
            int sent = 250;
            int queued = 50;
            for (int i = 1; i <= sent; i++) {
                payload[0] = (byte) (i >> 8);
                payload[1] = (byte) i;
                device.send(RawMqtt.publish(5, "devices/dev-1/a", payload, 1, i));
                assertThat(device.next().type())
                        .as("the publisher is not held up")
                        .isEqualTo(RawMqtt.PUBACK);
            }
            until("the rest is dropped", () -> leftOrDropped() + queued == sent);
            assertThat(broker.statistics().publishes().get("0/out"))
                    .as("what the kernel's buffers take, and half a megabyte")
                    .isLessThan(100);
            int last = 0;
            int got = 0;
            while (last < sent) {
                var packet = slow.next();
                int number = packet.at(18) << 8 | packet.at(19);
                assertThat(number).as("in order").isGreaterThan(last);
                last = number;
                got++;
            }
            assertThat(got).as("the oldest gave way, the newest came").isLessThan(100 + queued);
        }
    }

    private long leftOrDropped() {
        var counts = broker.statistics().publishes();
        return counts.get("0/out") + counts.get("0/dropped");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void keeps_what_comes_right_behind_connect_until_the_client_is_accepted(int version) throws Exception {
        start(config(10));
        try (var client = RawMqtt.connect(broker, device("dev-1"))) {
            var early = new java.io.ByteArrayOutputStream();
            early.write((version == 5 ? Connect.mqtt5("dev-1") : Connect.mqtt3("dev-1")).packet());
            early.write(RawMqtt.subscribe(version, "devices/dev-1/a", 1, 8));
            early.write(RawMqtt.publish(version, "devices/dev-1/a", new byte[1], 1, 9));
            client.send(early.toByteArray());
            assertThat(client.next().type()).isEqualTo(RawMqtt.CONNACK);
            assertThat(client.next().type()).isEqualTo(RawMqtt.SUBACK);
            assertThat(List.of(client.next().type(), client.next().type()))
                    .containsExactlyInAnyOrder(RawMqtt.PUBLISH, RawMqtt.PUBACK);
        }
    }

    @Test
    void does_nothing_of_what_comes_behind_the_connect_of_a_client_that_is_refused() throws Exception {
        start(config(10));
        var bootstrap =
                broker.authority.material(Profile.BOOTSTRAP, "dev-1", new DeviceName("dev-1"), Duration.ofHours(1));
        try (var client = RawMqtt.connect(broker, bootstrap)) {
            var early = new java.io.ByteArrayOutputStream();
            early.write(Connect.mqtt5("dev-1").packet());
            early.write(RawMqtt.publish(5, "devices/dev-1/a", new byte[1], 1, 9));
            client.send(early.toByteArray());
            assertThat(client.next().at(1)).isEqualTo(0x87);
            assertThat(client.isClosedByBroker()).isTrue();
            assertThat(broker.statistics().publishes()).containsEntry("1/in", 0L);
        }
    }

    private void start(BrokerConfig config) throws Exception {
        broker = new TestBroker(data, clock, config);
    }

    private static BrokerConfig config(int connections) {
        return config(connections, TestBroker.CONNECT_TIMEOUT);
    }

    private static BrokerConfig config(int connections, Duration connectTimeout) {
        return TestBroker.config("127.0.0.1", 0, 100, 10, connections, connectTimeout, APP);
    }

    private TlsMaterial device(String name) {
        return broker.authority.device(name);
    }

    private RawMqtt listening(String filter) throws Exception {
        var app = RawMqtt.connect(broker, device("lumia-app"));
        app.say(Connect.mqtt5("app"));
        app.send(RawMqtt.subscribe(5, filter, 1, 1));
        assertThat(app.next().type()).isEqualTo(RawMqtt.SUBACK);
        return app;
    }

    private int connackCode(TlsMaterial material, Connect connect) throws Exception {
        try (var client = RawMqtt.connect(broker, material)) {
            var answer = client.say(connect);
            assertThat(answer.type()).isEqualTo(RawMqtt.CONNACK);
            if (answer.at(1) != 0) {
                assertThat(client.isClosedByBroker()).isTrue();
            }
            return answer.at(1);
        }
    }

    private boolean sessionPresent(TlsMaterial material, int... properties) throws Exception {
        try (var client = RawMqtt.connect(broker, material)) {
            var answer = client.say(Connect.mqtt5("dev-1").resuming().properties(properties));
            assertThat(answer.at(1)).isZero();
            client.send(RawMqtt.disconnect());
            assertThat(client.isClosedByBroker()).isTrue();
            until("gone", () -> broker.statistics().connections() == 0);
            return answer.at(0) == 1;
        }
    }

    private static void disconnected(RawMqtt client, int code) throws Exception {
        var goodbye = client.next();
        assertThat(goodbye.type()).isEqualTo(RawMqtt.DISCONNECT);
        assertThat(goodbye.at(0)).isEqualTo(code);
        assertThat(client.isClosedByBroker()).isTrue();
    }
}
