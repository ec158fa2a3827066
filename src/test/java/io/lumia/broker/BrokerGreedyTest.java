package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that want more of everything than there is: each is told so, and nobody else notices. */
class BrokerGreedyTest {
    private static final int SUBSCRIPTIONS = 150;
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final int FILTER_INVALID = 0x8f;
    private static final int TOPIC_INVALID = 0x90;

    @TempDir
    Path data;

    private TestBroker broker;
    private RawMqtt witness;

    @BeforeEach
    void start() throws Exception {
        var rule = new TopicRule("lumia-app", List.of("#"), List.of("#"));
        BrokerConfig config = TestBroker.config(0, 100, 10, 1000, rule);
        var limits = TestBroker.limits(
                SUBSCRIPTIONS,
                TestBroker.LIMITS.queuedBytes(),
                TestBroker.LIMITS.queuedBytesInAll(),
                TestBroker.LIMITS.overflow(),
                TestBroker.ARRIVALS);
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.limited(config, limits));
        witness = client("dev-witness", "witness");
    }

    @AfterEach
    void stop() throws Exception {
        try (var last = witness) {
            last.ping();
        } finally {
            broker.close();
        }
    }

    @Test
    void subscriptions_are_bounded_for_each_session_and_over_all() throws Exception {
        int perSession = TestBroker.LIMITS.subscriptionsPerSession();
        try (var first = client("lumia-app", "first");
                var second = client("lumia-app", "second")) {
            assertThat(granted(first, perSession + 50)).isEqualTo(perSession);
            assertThat(granted(second, perSession)).isEqualTo(SUBSCRIPTIONS - perSession);
            assertThat(broker.statistics().load().subscriptions()).isEqualTo(SUBSCRIPTIONS);
            first.send(RawMqtt.subscribe(5, "topic/1", 0, 1));
            assertThat(first.next().lastByte()).as("one it has already").isZero();
        }
        TestBroker.until("all are gone", () -> broker.statistics().load().subscriptions() == 0);
    }

    @Test
    void topics_and_filters_are_bounded_in_length_and_depth() throws Exception {
        var longest = "a".repeat(65_535);
        var deep = "/".repeat(4000);
        try (var client = client("lumia-app", "giant")) {
            client.send(RawMqtt.subscribe(5, longest, 0, 1));
            assertThat(client.next().lastByte()).isEqualTo(FILTER_INVALID);
            client.send(RawMqtt.subscribe(5, deep, 0, 2));
            assertThat(client.next().lastByte()).isEqualTo(FILTER_INVALID);
            client.send(RawMqtt.subscribe(5, "+/".repeat(2000) + "#", 0, 3));
            assertThat(client.next().lastByte()).isEqualTo(FILTER_INVALID);
            client.send(RawMqtt.publish(5, deep, new byte[1], 1, 4));
            assertThat(client.next().at(2)).isEqualTo(TOPIC_INVALID);
            client.send(RawMqtt.publish(5, longest, new byte[1], 1, 5));
            var goodbye = client.next();
            assertThat(goodbye.type()).isEqualTo(RawMqtt.DISCONNECT);
            assertThat(goodbye.at(0)).isEqualTo(TOPIC_INVALID);
        }
    }

    @Test
    void a_client_id_is_bounded() throws Exception {
        try (var client = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            assertThat(client.say(Connect.mqtt5("x".repeat(60_000))).at(1)).isEqualTo(0x85);
        }
    }

    @Test
    void properties_count_as_what_they_cost() throws Exception {
        try (var client = client("lumia-app", "properties")) {
            for (int i = 0; i < 60; i++) {
                client.send(manyProperties("retained/" + i, 10_000, i + 1));
                assertThat(client.next().type()).isEqualTo(RawMqtt.PUBACK);
            }
        }
        var statistics = broker.statistics();
        assertThat(statistics.load().retainedBytes())
                .isLessThanOrEqualTo(TestBroker.LIMITS.retainedBytes())
                .isGreaterThan(TestBroker.LIMITS.retainedBytes() / 2);
        assertThat(statistics.retained()).isBetween(10L, 40L);
    }

    @Test
    void retained_bytes_are_given_back() throws Exception {
        try (var client = client("lumia-app", "retained")) {
            for (int size : new int[] {200_000, 100_000, 100}) {
                var packet = RawMqtt.retained("same", new byte[size]);
                client.send(packet);
                client.ping();
                assertThat(broker.statistics().load().retainedBytes()).isBetween((long) size, size + 100L);
            }
            client.send(RawMqtt.retained("same", new byte[0]));
            client.ping();
            assertThat(broker.statistics().load().retainedBytes()).isZero();
        }
    }

    @Test
    void qos_2_ids_that_are_used_again_and_never_released_hold_nothing_more() throws Exception {
        try (var client = client("lumia-app", "reuse")) {
            for (int i = 0; i < 500; i++) {
                client.send(RawMqtt.publish(5, "a", new byte[100], 2, 7));
                assertThat(client.next().type()).isEqualTo(RawMqtt.PUBREC);
            }
            client.send(RawMqtt.answer(RawMqtt.PUBREL, 7));
            assertThat(client.next().type()).isEqualTo(RawMqtt.PUBCOMP);
        }
        assertThat(broker.statistics().publishes()).containsEntry("2/in", 500L);
    }

    private static int granted(RawMqtt client, int wanted) throws Exception {
        int granted = 0;
        for (int i = 0; i < wanted; i++) {
            client.send(RawMqtt.subscribe(5, "topic/" + i, 0, 1 + i));
            int code = client.next().lastByte();
            assertThat(code).isIn(0, QUOTA_EXCEEDED);
            granted += code == 0 ? 1 : 0;
        }
        return granted;
    }

    /** A retained PUBLISH at QoS 1 of user properties without content. */
    private static byte[] manyProperties(String topic, int count, int packetId) throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeUTF(topic);
        out.writeShort(packetId);
        writeLength(out, count * 5);
        for (int i = 0; i < count; i++) {
            out.write(new byte[] {0x26, 0, 0, 0, 0});
        }
        out.writeByte('x');
        var packet = new ByteArrayOutputStream();
        packet.write(0x33);
        writeLength(new DataOutputStream(packet), body.size());
        body.writeTo(packet);
        return packet.toByteArray();
    }

    private static void writeLength(DataOutputStream out, int length) throws IOException {
        int left = length;
        do {
            out.writeByte(left > 0x7f ? left & 0x7f | 0x80 : left);
            left >>= 7;
        } while (left > 0);
    }

    private RawMqtt client(String identity, String clientId) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device(identity));
        assertThat(client.say(Connect.mqtt5(clientId)).at(1)).isZero();
        return client;
    }
}
