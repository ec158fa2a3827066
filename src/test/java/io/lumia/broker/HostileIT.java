package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.config.ArrivalLimits;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.BrokerLimits;
import io.vertx.core.Future;
import io.vertx.mqtt.MqttClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile clients in great numbers against the limits that ship, heap and a witness's round trips measured: {@code scripts/soak --hostile}. */
@Tag("soak")
class HostileIT {
    private static final long MIB = 1 << 20;
    private static final int FILTERS_PER_PACKET = 100;

    /** As in conf/reference.yaml. */
    private static final BrokerLimits LIMITS = new BrokerLimits(
            16,
            1000,
            200_000,
            32,
            4096,
            16 * MIB,
            256 * MIB,
            128 * MIB,
            BrokerLimits.Overflow.DROP_NEWEST,
            100,
            32,
            Duration.ofHours(1),
            new ArrivalLimits(512, 10_000, 6000, 0, 0));

    @TempDir
    Path data;

    private TestBroker broker;
    private final List<RawMqtt> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        var rule = new TopicRule("*", List.of("#"), List.of("#"));
        BrokerConfig config = TestBroker.config("127.0.0.1", 0, 1000, 100, 20_000, Duration.ofSeconds(10), rule);
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.limited(config, LIMITS));
    }

    @AfterEach
    void stop() throws Exception {
        for (RawMqtt client : clients) {
            client.close();
        }
        broker.close();
    }

    @Test
    void a_million_subscriptions() throws Exception {
        long before = heap();
        int granted = 0;
        try (var witness = new Witness(broker)) {
            for (int i = 0; i < 250; i++) {
                granted += subscribeTo(client("dev-" + i / 10, "c" + i), i, 4000);
            }
            System.out.printf(
                    "a million subscriptions: %d granted, %d MiB of heap, others: %s%n",
                    granted, (heap() - before) / MIB, witness.figures());
        }
        assertThat(granted).isEqualTo(LIMITS.subscriptions());
        assertThat(heap() - before).isLessThan(400 * MIB);
    }

    @Test
    void filters_that_match_by_many_ways() throws Exception {
        var topic = IntStream.range(0, 31).mapToObj(level -> "a").collect(Collectors.joining("/"));
        for (int i = 0; i < 16; i++) {
            var client = client("dev-evil", "evil" + i);
            for (int from = i * 1000; from < (i + 1) * 1000; from += FILTERS_PER_PACKET) {
                int granted = subscribe(
                        client,
                        IntStream.range(from, from + FILTERS_PER_PACKET)
                                .mapToObj(HostileIT::filter)
                                .toList());
                assertThat(granted).isEqualTo(FILTERS_PER_PACKET);
            }
        }
        try (var witness = new Witness(broker)) {
            var evil = clients.get(0);
            int published = 0;
            for (long end = System.nanoTime() + 10_000_000_000L; System.nanoTime() < end; published++) {
                evil.send(RawMqtt.publish(5, topic + "/" + published, new byte[1], 1, 1));
                while (evil.next().type() != RawMqtt.PUBACK) {
                    // its own messages come back
                }
            }
            System.out.printf(
                    "16,000 filters that match by many ways: %d messages in 10 s, others: %s%n",
                    published, witness.figures());
        }
    }

    @Test
    void a_hundred_that_do_not_read() throws Exception {
        var publisher = client("lumia-app", "publisher");
        for (int i = 0; i < 100; i++) {
            var slow = RawMqtt.connect(broker, broker.authority.device("dev-" + i / 10), 4096, "127.0.0.1");
            clients.add(slow);
            assertThat(slow.say(Connect.mqtt5("slow" + i)).at(1)).isZero();
            assertThat(subscribe(slow, List.of("own/" + i))).isEqualTo(1);
        }
        long before = heap();
        long most = 0;
        try (var witness = new Witness(broker)) {
            for (int i = 0; i < 50; i++) {
                for (int to = 0; to < 100; to++) {
                    publisher.send(RawMqtt.publish(5, "own/" + to, new byte[100_000], 1, 1));
                    assertThat(publisher.next().type()).isEqualTo(RawMqtt.PUBACK);
                }
                most = Math.max(most, broker.statistics().load().queuedBytes());
            }
            System.out.printf(
                    "500 MB for a hundred that do not read: %d MiB kept, %d MiB of heap, %s dropped, others: %s%n",
                    most / MIB,
                    (heap() - before) / MIB,
                    broker.statistics().publishes().get("1/dropped"),
                    witness.figures());
        }
        assertThat(most).isLessThan(LIMITS.queuedBytesInAll() + 100 * 100_100);
        assertThat(heap() - before).isLessThan(600 * MIB);
    }

    @Test
    void thousands_of_half_handshakes() throws Exception {
        try (var witness = new Witness(broker);
                var half = new HalfHandshakes(broker)) {
            var sockets = new ArrayList<Socket>();
            for (int i = 0; i < 3000; i++) {
                sockets.add(half.silent());
            }
            for (Socket socket : sockets.subList(0, 2000)) {
                socket.getOutputStream().write(half.bytes()); // as much at once as one thread can
            }
            TestBroker.until(
                    "all were cut", () -> broker.statistics().connects().getOrDefault("connect_timeout", 0L) == 3000);
            System.out.printf("3,000 half handshakes: others: %s%n", witness.figures());
        }
    }

    @Test
    void a_thousand_come_back_at_once() throws Exception {
        var identities = IntStream.range(0, 1000)
                .mapToObj(i -> broker.client(broker.options(broker.authority.device("dev-" + i), "c")))
                .toList();
        try (var witness = new Witness(broker)) {
            long began = System.nanoTime();
            var connects = new ArrayList<Future<?>>();
            for (MqttClient client : identities) {
                connects.add(client.connect(broker.port(), "localhost"));
            }
            TestBroker.until("all are through", () -> connects.stream().allMatch(Future::isComplete));
            long succeeded = connects.stream().filter(Future::succeeded).count();
            System.out.printf(
                    "a thousand at once, clients in the same process: %d in after %d ms, others: %s%n",
                    succeeded, (System.nanoTime() - began) / 1_000_000, witness.figures());
        }
    }

    private int subscribeTo(RawMqtt client, int who, int wanted) throws Exception {
        int granted = 0;
        for (int from = 0; from < wanted; from += FILTERS_PER_PACKET) {
            granted += subscribe(
                    client,
                    IntStream.range(from, from + FILTERS_PER_PACKET)
                            .mapToObj(i -> "site/" + who + "/sensor/" + i)
                            .toList());
        }
        return granted;
    }

    private static int subscribe(RawMqtt client, List<String> filters) throws Exception {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeShort(1);
        out.writeByte(0);
        for (String filter : filters) {
            out.writeUTF(filter);
            out.writeByte(1);
        }
        client.send(RawMqtt.packet(0x82, body.toByteArray()));
        return granted(client.next());
    }

    private static int granted(RawMqtt.Packet suback) throws IOException {
        assertThat(suback.type()).isEqualTo(RawMqtt.SUBACK);
        return (int) IntStream.range(3, suback.body().length)
                .filter(at -> suback.at(at) == 1)
                .count();
    }

    private static String filter(int bits) {
        return IntStream.range(0, 32)
                .mapToObj(level -> level == 31 || (level < 14 && (bits >> level & 1) == 1) ? "+" : "a")
                .collect(Collectors.joining("/"));
    }

    private RawMqtt client(String identity, String clientId) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device(identity));
        clients.add(client);
        assertThat(client.say(Connect.mqtt5(clientId)).at(1)).isZero();
        return client;
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
