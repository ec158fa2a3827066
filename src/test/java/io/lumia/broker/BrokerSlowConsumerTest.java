package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.BrokerLimits.Overflow;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do not take what they subscribed to: the queue's bounds and what happens past them. */
class BrokerSlowConsumerTest {
    private static final int IN_FLIGHT = 10;
    private static final int QUEUED = 20;
    private static final int KIB = 1024;

    @TempDir
    Path data;

    private TestBroker broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void drop_newest_keeps_what_came_first() throws Exception {
        start(Overflow.DROP_NEWEST, 64 << 20, 256 << 20);
        assertThat(receivedAfter(50, 100)).containsExactlyElementsOf(range(0, IN_FLIGHT + QUEUED));
        assertThat(broker.statistics().publishes()).containsEntry("1/dropped", 20L);
    }

    @Test
    void drop_oldest_keeps_what_came_last_and_what_was_sent() throws Exception {
        start(Overflow.DROP_OLDEST, 64 << 20, 256 << 20);
        var expected = new ArrayList<>(range(0, IN_FLIGHT));
        expected.addAll(range(30, 50));
        assertThat(receivedAfter(50, 100)).containsExactlyElementsOf(expected);
    }

    @Test
    void bounds_the_queue_by_bytes_too() throws Exception {
        start(Overflow.DROP_NEWEST, 64 * KIB, 256 << 20);
        int fit = 64 * KIB / (10 * KIB + 100);
        assertThat(receivedAfter(50, 10 * KIB))
                .as("as many in flight as queued")
                .containsExactlyElementsOf(range(0, 2 * fit));
    }

    @Test
    void disconnect_ends_the_connection_and_says_why() throws Exception {
        start(Overflow.DISCONNECT, 64 << 20, 256 << 20);
        try (var slow = subscribed("dev-1", "slow");
                var publisher = client("lumia-app", "publisher")) {
            publish(publisher, 50, 100);
            var said = slow.next();
            while (said.type() == RawMqtt.PUBLISH) {
                said = slow.next();
            }
            assertThat(said.type()).isEqualTo(RawMqtt.DISCONNECT);
            assertThat(said.at(0)).isEqualTo(0x97);
            assertThat(slow.isClosedByBroker()).isTrue();
            publisher.ping();
        }
        TestBroker.until(
                "counted",
                () -> Long.valueOf(1).equals(broker.statistics().disconnects().get("queue_full")));
    }

    @Test
    void a_hundred_that_do_not_read_hold_no_more_than_all_may_and_who_reads_gets_everything() throws Exception {
        long inAll = 16 << 20;
        start(Overflow.DROP_OLDEST, 1 << 20, inAll);
        var slow = new ArrayList<RawMqtt>();
        try (var publisher = client("lumia-app", "publisher");
                var reader = subscribed("dev-reader", "reader")) {
            for (int i = 0; i < 100; i++) {
                slow.add(subscribed("dev-" + i / 10, "slow-" + i));
            }
            long most = 0;
            for (int i = 0; i < 100; i++) {
                publish(publisher, 1, 100 * KIB);
                most = Math.max(most, broker.statistics().load().queuedBytes());
                var next = reader.next();
                assertThat(next.type()).isEqualTo(RawMqtt.PUBLISH);
                reader.send(RawMqtt.answer(RawMqtt.PUBACK, next.packetId()));
                reader.ping(); // the acknowledgement has arrived
            }
            assertThat(most).isLessThan(inAll + 2 * 101 * KIB);
        } finally {
            for (RawMqtt each : slow) {
                each.close();
            }
        }
        TestBroker.until("all is given back", () -> broker.statistics().load().queuedBytes() == 0);
    }

    @Test
    void what_a_kept_session_holds_is_counted_until_it_is_acknowledged() throws Exception {
        start(Overflow.DROP_NEWEST, 64 << 20, 256 << 20);
        try (var publisher = client("lumia-app", "publisher");
                var first = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            assertThat(first.say(Connect.mqtt3("kept").resuming()).at(1)).isZero();
            first.send(RawMqtt.subscribe(4, "all", 1, 1));
            assertThat(first.next().type()).isEqualTo(RawMqtt.SUBACK);
            first.cut();
            TestBroker.until("it is gone", () -> broker.statistics().connections() == 1);
            publisher.send(RawMqtt.publish(5, "all", new byte[1000], 1, 1));
            assertThat(publisher.next().type()).isEqualTo(RawMqtt.PUBACK);
            TestBroker.until("it is kept", () -> broker.statistics().load().queuedBytes() > 1000);
        }
        try (var again = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            assertThat(again.say(Connect.mqtt3("kept").resuming()).at(1)).isZero();
            int packetId = again.next().packetId();
            assertThat(broker.statistics().load().queuedBytes()).isGreaterThan(1000);
            again.send(RawMqtt.answer(RawMqtt.PUBACK, packetId));
            TestBroker.until(
                    "it is given back", () -> broker.statistics().load().queuedBytes() == 0);
        }
    }

    /** What a client gets that acknowledges nothing before all is published. */
    private List<Integer> receivedAfter(int messages, int bytes) throws Exception {
        var received = new ArrayList<Integer>();
        try (var slow = subscribed("dev-1", "slow");
                var publisher = client("lumia-app", "publisher")) {
            publish(publisher, messages, bytes);
            // what a publisher's thread handed over may come behind an answer that was on its way, but not behind the
            // next
            for (int empty = 0; empty < 2; empty++) {
                slow.send(RawMqtt.bytes(0xc0, 0));
                for (var next = slow.next(); next.type() != RawMqtt.PINGRESP; next = slow.next()) {
                    empty = -1;
                    received.add(number(next));
                    slow.send(RawMqtt.answer(RawMqtt.PUBACK, next.packetId()));
                }
            }
        }
        return received;
    }

    private static int number(RawMqtt.Packet publish) {
        int payload = 2 + publish.firstId() + 2 + 1 + publish.properties().length;
        return ByteBuffer.wrap(publish.body()).getInt(payload);
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static void publish(RawMqtt publisher, int messages, int bytes) throws Exception {
        for (int i = 0; i < messages; i++) {
            var payload = ByteBuffer.allocate(bytes).putInt(0, i).array();
            publisher.send(RawMqtt.publish(5, "all", payload, 1, 1 + i));
            assertThat(publisher.next().type()).isEqualTo(RawMqtt.PUBACK);
        }
    }

    private void start(Overflow overflow, long queuedBytes, long inAll) throws Exception {
        var rule = new TopicRule("*", List.of("#"), List.of("#"));
        BrokerConfig config = TestBroker.config(0, QUEUED, IN_FLIGHT, 1000, rule);
        var limits = TestBroker.limits(1000, queuedBytes, inAll, overflow, TestBroker.ARRIVALS);
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.limited(config, limits));
    }

    private RawMqtt subscribed(String identity, String clientId) throws Exception {
        var client = client(identity, clientId);
        client.send(RawMqtt.subscribe(5, "all", 1, 1));
        assertThat(client.next().type()).isEqualTo(RawMqtt.SUBACK);
        return client;
    }

    private RawMqtt client(String identity, String clientId) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device(identity));
        assertThat(client.say(Connect.mqtt5(clientId)).at(1)).isZero();
        return client;
    }
}
