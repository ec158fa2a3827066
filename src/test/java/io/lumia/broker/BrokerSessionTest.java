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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a connection: QoS 2 exchanges, wills with delay, expiry, shared subscriptions. */
class BrokerSessionTest {
    private static final int[] AN_HOUR = {17, 0, 0, 0x0e, 0x10};

    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        var everything = new TopicRule("lumia-app", List.of("#"), List.of("#", "$SYS/#"));
        broker = new TestBroker(data, clock, TestBroker.config(0, 100, 10, 100, everything));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void finishes_a_qos_2_delivery_after_the_connection_broke_at_each_of_its_steps() throws Exception {
        try (var app = app("app", 0)) {
            var first = app("sub", 0, AN_HOUR);
            subscribe(first, "a/b", 2);
            app.send(RawMqtt.publish(5, "a/b", new byte[] {1}, 2, 5));
            app.send(RawMqtt.publish(5, "a/b", new byte[] {2}, 2, 6));
            var one = first.next();
            var two = first.next();
            assertThat(one.qos()).isEqualTo(2);
            first.send(RawMqtt.answer(RawMqtt.PUBREC, one.packetId()));
            assertThat(first.next().type()).isEqualTo(RawMqtt.PUBREL);
            first.close();

            var second = resumed("sub");
            var again = second.next();
            assertThat(again.type()).as("PUBREC had come: never PUBLISH again").isEqualTo(RawMqtt.PUBREL);
            assertThat(again.firstId()).isEqualTo(one.packetId());
            var repeated = second.next();
            assertThat(repeated.type()).isEqualTo(RawMqtt.PUBLISH);
            assertThat(repeated.packetId()).isEqualTo(two.packetId());
            assertThat(repeated.flags() & 8).as("DUP").isEqualTo(8);
            second.send(RawMqtt.answer(RawMqtt.PUBCOMP, one.packetId()));
            second.send(RawMqtt.answer(RawMqtt.PUBREC, two.packetId()));
            assertThat(second.next().type()).isEqualTo(RawMqtt.PUBREL);
            second.send(RawMqtt.answer(RawMqtt.PUBCOMP, two.packetId()));
            second.ping();
            second.close();

            try (var third = resumed("sub")) {
                third.ping(); // and nothing before its answer
            }
        }
    }

    @Test
    void takes_a_repeated_qos_2_publish_once() throws Exception {
        try (var sub = app("sub", 0);
                var first = app("app", 0, AN_HOUR)) {
            subscribe(sub, "a", 2);
            first.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 5));
            assertThat(first.next().type()).isEqualTo(RawMqtt.PUBREC);
            first.cut();
            try (var second = resumed("app")) {
                second.send(RawMqtt.publish(5, "a", new byte[] {1}, 2, 5));
                assertThat(second.next().type()).isEqualTo(RawMqtt.PUBREC);
                second.send(RawMqtt.answer(RawMqtt.PUBREL, 5));
                assertThat(second.next().type()).isEqualTo(RawMqtt.PUBCOMP);
                second.send(RawMqtt.answer(RawMqtt.PUBREL, 5));
                assertThat(second.next().at(2)).as("not found").isEqualTo(0x92);
                second.send(RawMqtt.publish(5, "a", new byte[] {2}, 2, 5));
                assertThat(second.next().type()).isEqualTo(RawMqtt.PUBREC);
            }
            assertThat(sub.next().lastByte()).isEqualTo(1);
            assertThat(sub.next().lastByte()).as("the first came once").isEqualTo(2);
        }
    }

    @Test
    void publishes_a_delayed_will_after_its_delay_unless_the_session_is_resumed() throws Exception {
        try (var app = app("app", 0)) {
            subscribe(app, "will/+", 0);
            app("gone", 60, AN_HOUR).close();
            until("offline", () -> broker.statistics().connections() == 1);
            resumed("gone").close();
            until("offline", () -> broker.statistics().connections() == 1);
            clock.advance(Duration.ofSeconds(61));
            app("late", 60, AN_HOUR).close();
            until("offline", () -> broker.statistics().connections() == 1);
            clock.advance(Duration.ofSeconds(61));
            assertThat(app.next().topic()).as("the resumed one's is cancelled").isEqualTo("will/late");
        }
    }

    @Test
    void publishes_a_delayed_will_when_the_session_ends_first() throws Exception {
        try (var app = app("app", 0)) {
            subscribe(app, "will/+", 0);
            app("short", 60, 17, 0, 0, 0, 10).close();
            until("offline", () -> broker.statistics().connections() == 1);
            clock.advance(Duration.ofSeconds(11));
            assertThat(app.next().topic()).isEqualTo("will/short");
            app("clean", 60, AN_HOUR).close();
            until("offline", () -> broker.statistics().connections() == 1);
            app("clean", 0).close(); // clean start ends the session before
            assertThat(app.next().topic()).isEqualTo("will/clean");
        }
    }

    @Test
    void passes_on_what_is_left_of_a_messages_life_and_drops_it_after() throws Exception {
        try (var app = app("app", 0)) {
            app("sub", 0, AN_HOUR).closeAfter(sub -> subscribe(sub, "a", 1));
            until("offline", () -> broker.statistics().connections() == 1);
            app.send(RawMqtt.publish(5, "a", new byte[] {1}, 1, 1, 2, 0, 0, 0, 100));
            app.send(RawMqtt.publish(5, "a", new byte[] {2}, 1, 2, 2, 0, 0, 0, 20));
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
            clock.advance(Duration.ofSeconds(30));
            try (var sub = resumed("sub")) {
                var heard = sub.next();
                assertThat(heard.lastByte()).isEqualTo(1);
                assertThat(heard.properties()).containsExactly(2, 0, 0, 0, 70);
                sub.ping();
            }
        }
    }

    @Test
    void shares_a_subscription_out_and_passes_on_what_a_member_leaves_behind() throws Exception {
        try (var one = app("one", 0);
                var two = app("two", 0);
                var app = app("app", 0)) {
            subscribe(one, "$share/group/a", 1);
            subscribe(two, "$share/group/a", 1);
            for (int i = 1; i <= 4; i++) {
                app.send(RawMqtt.publish(5, "a", new byte[] {(byte) i}, 1, i));
                assertThat(app.next().type()).isEqualTo(RawMqtt.PUBACK);
            }
            var ofOne = List.of(one.next().lastByte(), one.next().lastByte());
            assertThat(List.of(two.next().lastByte(), two.next().lastByte()))
                    .as("in turn")
                    .doesNotContainAnyElementsOf(ofOne);
            one.cut(); // nothing acknowledged
            assertThat(List.of(two.next().lastByte(), two.next().lastByte()))
                    .containsExactlyInAnyOrderElementsOf(ofOne);
        }
    }

    @Test
    void lets_a_shared_subscription_have_no_retained_messages() throws Exception {
        try (var app = app("app", 0)) {
            app.send(RawMqtt.retained("a", new byte[] {1}));
            subscribe(app, "$share/group/a", 1);
            app.ping();
            subscribe(app, "a", 1);
            assertThat(app.next().type()).isEqualTo(RawMqtt.PUBLISH);
        }
    }

    @Test
    void keeps_a_session_as_disconnect_says() throws Exception {
        app("app", 0, AN_HOUR).closeAfter(app -> app.send(RawMqtt.bytes(0xe0, 7, 0, 5, 17, 0, 0, 0, 0)));
        until("ended", () -> broker.statistics().sessions() == 0);
        app("app", 0, AN_HOUR).closeAfter(app -> app.send(RawMqtt.bytes(0xe0, 7, 0, 5, 17, 0, 0, 0, 10)));
        until("offline", () -> broker.statistics().connections() == 0);
        clock.advance(Duration.ofSeconds(11));
        until("ended", () -> broker.statistics().sessions() == 0);
        try (var app = app("app", 0)) {
            app.send(RawMqtt.bytes(0xe0, 7, 0, 5, 17, 0, 0, 0, 10));
            assertThat(app.next().at(0)).as("none was asked for at CONNECT").isEqualTo(0x82);
        }
    }

    @Test
    void refuses_more_sessions_than_an_identity_may_have_and_no_others() throws Exception {
        for (int i = 0; i < TestBroker.LIMITS.sessionsPerIdentity(); i++) {
            app("kept-" + i, 0, AN_HOUR).close();
        }
        try (var one = RawMqtt.connect(broker, broker.authority.device("lumia-app"))) {
            assertThat(one.say(Connect.mqtt5("one-more")).at(1)).isEqualTo(0x97);
        }
        resumed("kept-3").close();
        try (var other = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            assertThat(other.say(Connect.mqtt5("any")).at(1)).isZero();
        }
    }

    @Test
    void shows_operators_its_own_figures_where_a_rule_names_them_and_to_nobody_else() throws Exception {
        broker.close();
        var rule = new TopicRule("lumia-app", List.of("#"), List.of("#", "$SYS/#"));
        var config = TestBroker.publishingSys(TestBroker.config(0, 100, 10, 100, rule));
        broker = new TestBroker(data.resolve("again"), clock, config);
        try (var app = app("app", 0);
                var device = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            subscribe(app, "#", 0);
            app.ping(); // no wildcard at the first level matches $SYS (4.7.2)
            subscribe(app, "$SYS/broker/clients/+", 0);
            assertThat(List.of(
                            app.next().topic(), app.next().topic(), app.next().topic()))
                    .contains("$SYS/broker/clients/connected");
            assertThat(device.say(Connect.mqtt5("dev-1")).at(1)).isZero();
            device.send(RawMqtt.subscribe(5, "$SYS/#", 0, 1));
            assertThat(device.next().at(3)).isEqualTo(0x87);
            app.send(RawMqtt.publish(5, "$SYS/broker/version", new byte[1], 1, 1));
            assertThat(app.next().at(2)).as("nobody publishes there").isEqualTo(0x87);
        }
    }

    private RawMqtt app(String clientId, int willDelay, int... properties) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device("lumia-app"));
        var connect = Connect.mqtt5(clientId).properties(properties);
        var ack = client.say(willDelay == 0 ? connect : connect.will("will/" + clientId, willDelay));
        assertThat(ack.at(1)).isZero();
        return client;
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
}
