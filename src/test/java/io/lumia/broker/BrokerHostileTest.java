package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.config.BrokerConfig.TopicRule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients with a good certificate and bad packets: only they are hurt, and MQTT 5 clients are told what was wrong. */
class BrokerHostileTest {
    private static final long SEED = 20_261_121;

    @TempDir
    Path data;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        var everything = new TopicRule("lumia-app", List.of("#"), List.of("#"));
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config(0, 100, 10, 1000, everything));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    static Stream<Arguments> violations() throws IOException {
        return Stream.of(
                violation("a second CONNECT", 0x82, Connect.mqtt5("again").packet()),
                violation("QoS 3", 0x81, 0x36, 5, 0, 1, 'a', 0, 1),
                violation("DUP at QoS 0", 0x81, 0x38, 4, 0, 1, 'a', 0),
                violation("a packet id of 0", 0x81, 0x32, 6, 0, 1, 'a', 0, 0, 0),
                violation("flags that SUBSCRIBE must not have", 0x81, 0x80, 7, 0, 1, 0, 0, 1, 'a', 0),
                violation("an empty SUBSCRIBE", 0x82, 0x82, 3, 0, 1, 0),
                violation("an empty UNSUBSCRIBE", 0x82, 0xa2, 3, 0, 1, 0),
                violation("reserved subscription options", 0x81, 0x82, 7, 0, 1, 0, 0, 1, 'a', 0x40),
                violation("retain handling 3", 0x81, 0x82, 7, 0, 1, 0, 0, 1, 'a', 0x30),
                violation(
                        "no local and shared",
                        0x82,
                        0x82,
                        16,
                        0,
                        1,
                        0,
                        0,
                        10,
                        '$',
                        's',
                        'h',
                        'a',
                        'r',
                        'e',
                        '/',
                        'g',
                        '/',
                        'a',
                        4),
                violation("subscription identifier 0", 0x82, 0x82, 9, 0, 1, 2, 11, 0, 0, 1, 'a', 0),
                violation("a wildcard in a topic", 0x90, 0x30, 4, 0, 1, '#', 0),
                violation("no topic and no alias", 0x82, 0x30, 3, 0, 0, 0),
                violation("an alias that nothing was said of", 0x82, 0x30, 6, 0, 0, 3, 0x23, 0, 1),
                violation("alias 0", 0x94, 0x30, 7, 0, 1, 'a', 3, 0x23, 0, 0),
                violation("an alias above the maximum", 0x94, 0x30, 7, 0, 1, 'a', 3, 0x23, 0, 11),
                violation("a property twice", 0x82, 0x30, 8, 0, 1, 'a', 4, 1, 0, 1, 0),
                violation("a property of another packet", 0x82, 0x30, 9, 0, 1, 'a', 5, 0x11, 0, 0, 0, 1),
                violation("an unknown property", 0x81, 0x30, 6, 0, 1, 'a', 2, 0x7f, 0),
                violation("a response topic with a wildcard", 0x82, 0x30, 8, 0, 1, 'a', 4, 8, 0, 1, '+'),
                violation("ill-formed UTF-8", 0x81, 0x30, 5, 0, 2, 0xc0, 0x80, 0),
                violation("NUL in a topic", 0x81, 0x30, 5, 0, 2, 'a', 0, 0),
                violation("a string past the packet's end", 0x81, 0x30, 4, 0, 9, 'a', 0),
                violation("a remaining length of five bytes", 0x81, 0x30, 0x80, 0x80, 0x80, 0x80, 1),
                violation("a gigantic packet, announced", 0x95, 0x30, 0xff, 0xff, 0xff, 0x7f),
                violation("a packet that servers send", 0x82, 0xd0, 0),
                violation("AUTH", 0x82, 0xf0, 2, 0x18, 0),
                violation("packet type 0", 0x81, 0, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void tells_what_was_wrong(String what, int code, byte[] packet) throws Exception {
        try (var client = app("bad")) {
            client.sendAsMuchAsGoes(packet);
            var goodbye = client.next();
            assertThat(goodbye.type()).as(what).isEqualTo(RawMqtt.DISCONNECT);
            assertThat(goodbye.at(0)).as(what).isEqualTo(code);
            assertThat(client.isClosedByBroker()).isTrue();
        }
    }

    @Test
    void tells_who_exceeds_the_receive_maximum() throws Exception {
        try (var client = app("bad")) {
            for (int i = 1; i <= TestBroker.LIMITS.receiveMaximum(); i++) {
                client.send(RawMqtt.publish(5, "a", new byte[1], 2, i));
                assertThat(client.next().type()).isEqualTo(RawMqtt.PUBREC);
            }
            client.send(RawMqtt.publish(5, "a", new byte[1], 2, 1));
            assertThat(client.next().type()).as("a repetition does not count").isEqualTo(RawMqtt.PUBREC);
            client.send(RawMqtt.publish(5, "a", new byte[1], 2, 1000));
            assertThat(client.next().at(0)).isEqualTo(0x93);
        }
    }

    /** A reset in answer to what it still sends would take the broker's last packet along. */
    @Test
    void tells_a_client_that_goes_on_sending_why_it_was_disconnected() throws Exception {
        try (var client = app("bad")) {
            for (int i = 1; i <= 300; i++) {
                client.send(RawMqtt.publish(5, "a", new byte[2000], 2, i));
            }
            var said = client.next();
            while (said.type() == RawMqtt.PUBREC) {
                said = client.next();
            }
            assertThat(said.type()).isEqualTo(RawMqtt.DISCONNECT);
            assertThat(said.at(0)).isEqualTo(0x93);
            assertThat(client.isClosedByBroker()).isTrue();
        }
        TestBroker.until("it is gone", () -> broker.statistics().disconnects().containsKey("protocol_error"));
    }

    @Test
    void refuses_enhanced_authentication_and_broken_connects() throws Exception {
        assertThat(connack(Connect.mqtt5("a").properties(0x15, 0, 1, 'x').packet())
                        .at(1))
                .isEqualTo(0x8c);
        assertThat(connack(Connect.mqtt5("a").properties(0x21, 0, 0).packet()).at(1))
                .isEqualTo(0x82);
        var version = Connect.mqtt3("a").packet();
        version[8] = 9;
        assertThat(connack(version).at(1)).isEqualTo(1);
        assertThat(connack(Connect.mqtt3("").resuming().packet()).at(1)).isEqualTo(2);
    }

    /** Mutated packets of every kind: flipped bits, cut, doubled, joined; before and after CONNECT. */
    @Test
    void survives_mutated_packets_and_hurts_nobody_else() throws Exception {
        var random = new Random(SEED);
        try (var witness = app("witness")) {
            witness.send(RawMqtt.subscribe(5, "alive", 1, 1));
            assertThat(witness.next().type()).isEqualTo(RawMqtt.SUBACK);
            for (int round = 0; round < 150; round++) {
                attack(random, round);
                if (round % 10 == 0) {
                    witness.send(RawMqtt.publish(5, "alive", new byte[] {(byte) round}, 0, 0));
                    assertThat(witness.next().lastByte()).as("round %s", round).isEqualTo(round);
                }
            }
        }
        TestBroker.until("all gone", () -> broker.statistics().connections() == 0);
        assertThat(broker.statistics().disconnects()).as("no defect of ours").doesNotContainKey("internal");
    }

    private void attack(Random random, int round) throws Exception {
        var samples = samples();
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 20; i++) {
            bytes.write(mutated(samples.get(random.nextInt(samples.size())), random));
        }
        try (var client = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            if (round % 3 != 0) {
                client.send(Connect.mqtt5("fuzz").packet());
                assertThat(client.next().type()).isEqualTo(RawMqtt.CONNACK);
            }
            client.sendAsMuchAsGoes(bytes.toByteArray());
        }
    }

    private static List<byte[]> samples() throws IOException {
        var samples = new ArrayList<byte[]>();
        samples.add(Connect.mqtt5("fuzz")
                .will("devices/dev-1/w", 3)
                .properties(0x21, 0, 9)
                .packet());
        samples.add(Connect.mqtt3("fuzz").packet());
        samples.add(RawMqtt.publish(5, "devices/dev-1/a", new byte[20], 1, 3, 2, 0, 0, 0, 9, 0x23, 0, 1));
        samples.add(RawMqtt.publish(5, "devices/dev-1/a", new byte[20], 2, 4, 0x26, 0, 1, 'k', 0, 1, 'v'));
        samples.add(RawMqtt.subscribe(5, "devices/dev-1/#", 2, 5));
        samples.add(RawMqtt.subscribe(5, "$share/g/devices/dev-1/#", 1, 6));
        for (int type : new int[] {4, 5, 6, 7}) {
            samples.add(RawMqtt.answer(type, 4));
        }
        samples.add(RawMqtt.bytes(
                0xa2, 20, 0, 7, 0, 0, 15, 'd', 'e', 'v', 'i', 'c', 'e', 's', '/', 'd', 'e', 'v', '-', '1', '/', '#'));
        samples.add(RawMqtt.bytes(0xc0, 0));
        samples.add(RawMqtt.bytes(0xe0, 7, 0, 5, 17, 0, 0, 0, 1));
        samples.add(RawMqtt.bytes(0xf0, 2, 0x18, 0));
        return samples;
    }

    private static byte[] mutated(byte[] sample, Random random) {
        var bytes = sample.clone();
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(8));
            case 2 -> {
                bytes[1] = (byte) random.nextInt(256);
                yield bytes;
            }
            case 3 -> bytes;
            default -> {
                for (int i = 0; i <= random.nextInt(4); i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
        };
    }

    private RawMqtt app(String clientId) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device("lumia-app"));
        assertThat(client.say(Connect.mqtt5(clientId)).at(1)).isZero();
        return client;
    }

    private RawMqtt.Packet connack(byte[] connect) throws Exception {
        try (var client = RawMqtt.connect(broker, broker.authority.device("lumia-app"))) {
            client.send(connect);
            var answer = client.next();
            assertThat(answer.type()).isEqualTo(RawMqtt.CONNACK);
            return answer;
        }
    }

    private static Arguments violation(String what, int code, int... packet) {
        return violation(what, code, RawMqtt.bytes(packet));
    }

    private static Arguments violation(String what, int code, byte[] packet) {
        return Arguments.of(what, code, packet);
    }
}
