package io.lumia.broker;

import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.broker.RawMqtt.Packet;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.fakes.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives the broker's process, killed without a word. */
class BrokerDurabilityTest {
    private static final TopicRule EVERYTHING = new TopicRule("lumia-app", List.of("#"), List.of("#", "$SYS/#"));
    private static final int[] AN_HOUR = {17, 0, 0, 0x0e, 0x10};

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
    private TestBroker broker;
    private TopicRule[] rules = {EVERYTHING};
    private int runs;

    @BeforeEach
    void start() throws Exception {
        broker = broker();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void delivers_what_was_queued_in_order() throws Exception {
        leave("sub", client -> subscribe(client, "a/+", 2));
        try (var app = app("app")) {
            for (int i = 1; i <= 20; i++) {
                publish(app, "a/" + i % 2, i, 1 + i % 2, i);
            }
        }
        crash();
        try (var sub = resumed("sub")) {
            var messages = take(sub, 20);
            for (int i = 1; i <= 20; i++) {
                assertThat(messages.get(i - 1).lastByte()).isEqualTo(i);
                assertThat(messages.get(i - 1).qos()).isEqualTo(1 + i % 2);
            }
            sub.ping();
        }
        until("all deleted", () -> broker.statistics().store().copies() == 0);
        assertThat(broker.statistics().store().messages()).isZero();
        crash();
        try (var sub = resumed("sub")) {
            sub.ping();
        }
    }

    @Test
    void goes_on_with_qos_2_deliveries_at_each_of_their_steps() throws Exception {
        try (var app = app("app")) {
            var sub = app("sub", AN_HOUR);
            subscribe(sub, "a", 2);
            for (int i = 1; i <= 3; i++) {
                publish(app, "a", i, 2, i);
            }
            var one = sub.next();
            var two = sub.next();
            var three = sub.next();
            sub.send(RawMqtt.answer(RawMqtt.PUBREC, one.packetId()));
            assertThat(sub.next().type()).isEqualTo(RawMqtt.PUBREL);
            sub.send(RawMqtt.answer(RawMqtt.PUBREC, two.packetId()));
            assertThat(sub.next().type()).isEqualTo(RawMqtt.PUBREL);
            sub.send(RawMqtt.answer(RawMqtt.PUBCOMP, two.packetId()));
            until("deleted", () -> broker.statistics().store().copies() == 2);
            crash();
            try (var again = resumed("sub")) {
                var release = again.next();
                assertThat(release.type())
                        .as("PUBREC had come: never PUBLISH again")
                        .isEqualTo(RawMqtt.PUBREL);
                assertThat(release.firstId()).isEqualTo(one.packetId());
                var repeated = again.next();
                assertThat(repeated.lastByte()).isEqualTo(3);
                assertThat(repeated.packetId()).isEqualTo(three.packetId());
                assertThat(repeated.flags() & 8).as("DUP").isEqualTo(8);
                again.ping();
            }
            sub.close();
        }
    }

    @Test
    void does_not_pass_on_a_repeated_qos_2_publish() throws Exception {
        leave("sub", client -> subscribe(client, "a", 2));
        var app = app("app", AN_HOUR);
        app.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 5));
        assertThat(app.next().type()).isEqualTo(RawMqtt.PUBREC);
        publish(app, "a", 2, 2, 6);
        crash();
        try (var again = resumed("app");
                var sub = resumed("sub")) {
            again.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 5));
            assertThat(again.next().type()).isEqualTo(RawMqtt.PUBREC);
            again.send(RawMqtt.answer(RawMqtt.PUBREL, 5));
            assertThat(again.next().body()).as("known").hasSize(2);
            publish(again, "a", 3, 2, 5);
            publish(again, "a", 4, 2, 6); // released before the crash: a new message
            assertThat(take(sub, 4)).extracting(Packet::lastByte).containsExactly(1, 2, 3, 4);
            sub.ping();
        }
        app.close();
    }

    @Test
    void remembers_a_qos_2_packet_that_only_a_passing_session_got() throws Exception {
        var app = app("app", AN_HOUR);
        app.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 5));
        assertThat(app.next().type()).isEqualTo(RawMqtt.PUBREC);
        crash();
        try (var again = resumed("app");
                var sub = app("sub")) {
            subscribe(sub, "a", 2);
            again.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 5));
            assertThat(again.next().type()).isEqualTo(RawMqtt.PUBREC);
            sub.ping();
        }
        app.close();
    }

    @Test
    void keeps_retained_messages_but_the_replaced_cleared_and_expired_ones() throws Exception {
        try (var app = app("app")) {
            app.send(RawMqtt.retained("r/replaced", new byte[] {1}));
            app.send(RawMqtt.retained("r/replaced", new byte[] {2}));
            app.send(RawMqtt.retained("r/cleared", new byte[] {3}));
            app.send(RawMqtt.retained("r/cleared", new byte[0]));
            var expiring = RawMqtt.publish(5, "r/expired", new byte[] {4}, 1, 1, 2, 0, 0, 0, 10);
            expiring[0] |= 1;
            app.send(expiring);
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
        }
        clock.advance(Duration.ofSeconds(11));
        crash();
        assertThat(broker.statistics().retained()).isEqualTo(1);
        until(
                "what is not retained is deleted",
                () -> broker.statistics().store().messages() == 1);
        try (var app = app("app")) {
            subscribe(app, "r/#", 1);
            assertThat(app.next().lastByte()).isEqualTo(2);
            app.ping();
        }
    }

    @Test
    void keeps_retained_messages_that_a_session_was_promised() throws Exception {
        try (var app = app("app")) {
            app.send(RawMqtt.bytes(0x33, 7, 0, 1, 'r', 0, 1, 0, 9)); // QoS 1, retained
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
        }
        var sub = app("sub", AN_HOUR);
        subscribe(sub, "r", 1);
        assertThat(sub.next().lastByte()).as("not acknowledged").isEqualTo(9);
        try (var app = app("app")) {
            app.send(RawMqtt.bytes(0x33, 6, 0, 1, 'r', 0, 1, 0)); // not retained any more
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
        }
        crash();
        try (var again = resumed("sub")) {
            assertThat(again.next().lastByte()).isEqualTo(9);
        }
        sub.close();
    }

    @Test
    void keeps_subscriptions_and_their_options_until_they_are_ended() throws Exception {
        leave("sub", client -> {
            subscribe(client, "gone", 1);
            subscribe(client, "kept", 1);
            client.send(RawMqtt.bytes(0xa2, 9, 0, 2, 0, 0, 4, 'g', 'o', 'n', 'e'));
            assertThat(client.next().at(3)).isZero();
        });
        crash();
        try (var app = app("app")) {
            app.send(RawMqtt.publish(5, "gone", new byte[] {1}, 1, 1));
            assertThat(app.next().at(2)).as("no matching subscribers").isEqualTo(0x10);
            publish(app, "kept", 2, 2, 2);
        }
        try (var sub = resumed("sub")) {
            var message = sub.next();
            assertThat(message.lastByte()).isEqualTo(2);
            assertThat(message.qos()).isEqualTo(1);
        }
    }

    @Test
    void forgets_a_session_that_began_anew() throws Exception {
        leave("sub", client -> subscribe(client, "a", 1));
        try (var app = app("app")) {
            publish(app, "a", 1, 1, 1);
        }
        app("sub", AN_HOUR).closeAfter(RawMqtt::ping);
        crash();
        try (var sub = resumed("sub");
                var app = app("app")) {
            app.send(RawMqtt.publish(5, "a", new byte[] {1}, 1, 1));
            assertThat(app.next().at(2)).as("no matching subscribers").isEqualTo(0x10);
            sub.ping();
        }
        assertThat(broker.statistics().store().messages()).isZero();
    }

    @Test
    void counts_the_time_it_was_down_for_sessions_and_messages() throws Exception {
        app("short", 17, 0, 0, 0, 30).closeAfter(client -> subscribe(client, "a", 1));
        leave("long", client -> subscribe(client, "a", 1));
        try (var app = app("app")) {
            app.send(RawMqtt.publish(5, "a", new byte[] {1}, 1, 1, 2, 0, 0, 0, 10));
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
            publish(app, "a", 2, 1, 2);
        }
        clock.advance(Duration.ofSeconds(31));
        crash();
        until("the short one's is over", () -> broker.statistics().sessions() == 1);
        try (var sub = resumed("long")) {
            assertThat(sub.next().lastByte()).as("the first has expired").isEqualTo(2);
        }
    }

    @Test
    void publishes_wills_that_were_due_while_it_was_down_and_no_others() throws Exception {
        leave("sub", client -> subscribe(client, "will/+", 1));
        var connected = will("connected", 10);
        will("offline", 10).close();
        will("later", 3000).close();
        until("offline", () -> broker.statistics().connections() == 1);
        var polite = will("polite", 10);
        polite.send(RawMqtt.disconnect());
        polite.close();
        until("offline", () -> broker.statistics().connections() == 1);
        app("fence", AN_HOUR).close(); // its CONNACK comes when all before is stored
        clock.advance(Duration.ofSeconds(20));
        crash();
        try (var sub = resumed("sub")) {
            var topics = List.of(sub.next().topic(), sub.next().topic());
            assertThat(topics).containsExactlyInAnyOrder("will/connected", "will/offline");
            resumed("later").close();
            sub.ping();
        }
        connected.close();
    }

    @Test
    void gives_a_shared_subscriptions_messages_to_a_member_that_is_there() throws Exception {
        leave("one", client -> subscribe(client, "$share/g/a", 1));
        try (var app = app("app")) {
            publish(app, "a", 1, 1, 1);
        }
        crash();
        try (var two = app("two", AN_HOUR)) {
            subscribe(two, "$share/g/a", 1);
            app("one", false, AN_HOUR).closeAfter(one -> one.send(RawMqtt.bytes(0xe0, 0)));
            assertThat(two.next().lastByte()).isEqualTo(1);
            app("fence", AN_HOUR).close(); // its CONNACK comes when all before is stored
            crash();
        }
        try (var two = resumed("two")) {
            assertThat(two.next().lastByte()).as("not acknowledged").isEqualTo(1);
        }
        try (var one = resumed("one")) {
            one.ping();
        }
    }

    @Test
    void holds_the_bounds_of_a_queue_and_keeps_its_session_from_other_identities() throws Exception {
        leave("sub", client -> subscribe(client, "a", 1));
        try (var app = app("app")) {
            for (int i = 1; i <= 101; i++) {
                publish(app, "a", i, 1, i);
            }
        }
        until("the last found no room", () -> broker.statistics().store().copies() == 100);
        crash();
        try (var other = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            var ack = other.say(Connect.mqtt5("sub").resuming().properties(AN_HOUR));
            assertThat(ack.at(0)).as("another's session").isZero();
            other.ping();
        }
        assertThat(broker.statistics().store().copies()).isEqualTo(100);
    }

    @Test
    void acknowledges_in_order_whatever_waits_for_the_store() throws Exception {
        leave("sub", client -> subscribe(client, "kept", 1));
        try (var app = app("app")) {
            for (int i = 1; i <= 50; i++) {
                app.send(RawMqtt.publish(5, i % 2 == 0 ? "kept" : "nobody", new byte[] {1}, 1, i));
            }
            for (int i = 1; i <= 50; i++) {
                assertThat(app.next().firstId()).isEqualTo(i);
            }
        }
    }

    @Test
    void rules_hold_for_those_who_are_away_since_before_the_crash() throws Exception {
        rules = new TopicRule[] {EVERYTHING, new TopicRule("dev-1", List.of(), List.of("a"))};
        crash();
        try (var device = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            assertThat(device.say(Connect.mqtt5("c").properties(AN_HOUR)).at(1)).isZero();
            subscribe(device, "a", 1);
            subscribe(device, "devices/dev-1/commands", 1);
        }
        until("offline", () -> broker.statistics().connections() == 0);
        rules = new TopicRule[] {EVERYTHING};
        crash();
        try (var app = app("app")) {
            publish(app, "a", 1, 1, 1);
            publish(app, "devices/dev-1/commands", 2, 1, 2);
        }
        try (var device = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            assertThat(device.say(Connect.mqtt5("c").resuming().properties(AN_HOUR))
                            .at(0))
                    .isEqualTo(1);
            assertThat(take(device, 1).get(0).lastByte()).as("its own topic").isEqualTo(2);
            device.ping();
        }
    }

    // ---- the broker

    private TestBroker broker() throws Exception {
        return new TestBroker(data(), clock, TestBroker.config(0, 100, 10, 100, rules));
    }

    /** Goes on with what the running broker has written, and with nothing else of it. */
    private void crash() throws Exception {
        var before = data();
        runs++;
        Crash.copy(before, data());
        broker.close();
        broker = broker();
    }

    private Path data() {
        return directory.resolve("run-" + runs);
    }

    // ---- clients

    private RawMqtt app(String clientId, int... properties) throws Exception {
        return app(clientId, true, properties);
    }

    private RawMqtt app(String clientId, boolean clean, int... properties) throws Exception {
        var connect = Connect.mqtt5(clientId).properties(properties);
        return said(clean ? connect : connect.resuming());
    }

    private RawMqtt will(String clientId, int delay) throws Exception {
        return said(Connect.mqtt5(clientId).properties(AN_HOUR).will("will/" + clientId, delay));
    }

    private RawMqtt said(Connect connect) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device("lumia-app"));
        assertThat(client.say(connect).at(1)).isZero();
        return client;
    }

    /** Opens a session that lasts and leaves it. */
    private void leave(String clientId, RawMqtt.Work work) throws Exception {
        app(clientId, AN_HOUR).closeAfter(work);
        until("offline", () -> broker.statistics().connections() == 0);
    }

    private RawMqtt resumed(String clientId) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device("lumia-app"));
        Packet ack = client.say(Connect.mqtt5(clientId).resuming().properties(AN_HOUR));
        assertThat(ack.at(0)).as("session present").isEqualTo(1);
        return client;
    }

    private static void subscribe(RawMqtt client, String filter, int qos) throws Exception {
        client.send(RawMqtt.subscribe(5, filter, qos, 1));
        assertThat(client.next().at(3)).isEqualTo(qos);
    }

    /** Publishes until the last acknowledgement. */
    private static void publish(RawMqtt client, String topic, int payload, int qos, int packetId) throws Exception {
        client.send(RawMqtt.publish(5, topic, new byte[] {(byte) payload}, qos, packetId));
        assertThat(client.next().type()).isEqualTo(qos == 1 ? RawMqtt.PUBACK : RawMqtt.PUBREC);
        if (qos == 2) {
            client.send(RawMqtt.answer(RawMqtt.PUBREL, packetId));
            assertThat(client.next().type()).isEqualTo(RawMqtt.PUBCOMP);
        }
    }

    /** Takes so many messages, each to the end of its exchange. */
    private static List<Packet> take(RawMqtt client, int count) throws Exception {
        var messages = new ArrayList<Packet>();
        for (int ended = 0; ended < count; ) {
            var packet = client.next();
            if (packet.type() == RawMqtt.PUBREL) {
                client.send(RawMqtt.answer(RawMqtt.PUBCOMP, packet.firstId()));
                ended++;
            } else {
                assertThat(packet.type()).isEqualTo(RawMqtt.PUBLISH);
                messages.add(packet);
                boolean once = packet.qos() == 2;
                client.send(RawMqtt.answer(once ? RawMqtt.PUBREC : RawMqtt.PUBACK, packet.packetId()));
                ended += once ? 0 : 1;
            }
        }
        return messages;
    }
}
