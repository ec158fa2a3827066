package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.config.ArrivalLimits;
import io.lumia.config.BrokerConfig;
import io.vertx.core.Future;
import io.vertx.mqtt.MqttClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More clients than there is time for, and clients that never come to CONNECT. */
class BrokerStormTest {
    private static final int NO_LIMIT = 0;

    @TempDir
    Path data;

    private TestBroker broker;

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void lets_everybody_in_by_and_by_when_only_few_handshakes_may_be_at_work() throws Exception {
        start(new ArrivalLimits(2, 1000, 1000, NO_LIMIT, NO_LIMIT), TestBroker.CONNECT_TIMEOUT);
        var device = broker.authority.device("dev-1");
        var connects = new ArrayList<Future<?>>();
        var clients = new ArrayList<MqttClient>();
        for (int i = 0; i < 16; i++) {
            var client = broker.client(broker.options(device, "c" + i));
            clients.add(client);
            connects.add(client.connect(broker.port(), "localhost"));
        }
        TestBroker.await(Future.all(connects));
        TestBroker.until("none is left over", () -> working() == 0 && waiting() == 0);
        assertThat(broker.statistics().connections()).isEqualTo(16);
    }

    @Test
    void paces_handshakes_by_rate_and_refuses_none() throws Exception {
        start(new ArrivalLimits(100, 1000, 1000, 2, NO_LIMIT), TestBroker.CONNECT_TIMEOUT);
        long began = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            try (var client = client("paced" + i)) {
                client.ping();
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("two at once, three at two a second; the listener's own proof takes its share")
                .isGreaterThan(Duration.ofMillis(1200));
    }

    @Test
    void gives_the_places_of_clients_that_do_not_answer_to_others() throws Exception {
        start(new ArrivalLimits(2, 1000, 1000, NO_LIMIT, NO_LIMIT), TestBroker.CONNECT_TIMEOUT);
        try (var half = new HalfHandshakes(broker)) {
            for (int i = 0; i < 6; i++) {
                var unused = half.afterHello();
            }
            TestBroker.until("all the places are taken", () -> working() >= 2);
            try (var client = client("late")) {
                client.ping();
            }
        }
    }

    @Test
    void serves_who_is_connected_while_half_handshakes_come_in() throws Exception {
        start(new ArrivalLimits(64, 2000, 2000, NO_LIMIT, NO_LIMIT), Duration.ofSeconds(5));
        try (var client = client("connected");
                var half = new HalfHandshakes(broker)) {
            for (int i = 0; i < 300; i++) {
                var unused = i % 2 == 0 ? half.afterHello() : half.silent();
                if (i % 10 == 0) {
                    client.ping();
                    client.send(RawMqtt.publish(5, "devices/dev-1/a", new byte[10], 1, 1 + i));
                    assertThat(client.next().type()).isEqualTo(RawMqtt.PUBACK);
                }
            }
            TestBroker.until("all were cut", () -> turnedAway("connect_timeout") == 300);
            client.ping();
        }
    }

    @Test
    void cuts_whoever_does_not_come_to_connect_in_time() throws Exception {
        start(new ArrivalLimits(64, 100, 100, NO_LIMIT, NO_LIMIT), Duration.ofSeconds(3));
        try (var half = new HalfHandshakes(broker);
                var quiet = RawMqtt.connect(broker, broker.authority.device("dev-1"))) {
            var silent = half.silent();
            var hello = half.afterHello();
            var slow = half.silent();
            assertThat(HalfHandshakes.isCutWhileSendingSlowly(slow, half.bytes()))
                    .isTrue();
            assertThat(HalfHandshakes.isClosed(silent)).isTrue();
            assertThat(HalfHandshakes.isClosed(hello)).isTrue();
            assertThat(quiet.isClosedByBroker()).isTrue();
            TestBroker.until("each is counted once", () -> turnedAway("connect_timeout") == 4);
        }
        assertThat(broker.statistics().connects()).doesNotContainKeys("tls_error", "handshake_aborted");
    }

    @Test
    void has_room_again_when_those_who_waited_are_gone() throws Exception {
        start(new ArrivalLimits(64, 100, 3, NO_LIMIT, NO_LIMIT), TestBroker.CONNECT_TIMEOUT);
        try (var half = new HalfHandshakes(broker)) {
            for (int i = 0; i < 6; i++) {
                var unused = half.silent();
            }
            TestBroker.until("the others are turned away", () -> turnedAway("address_full") == 3);
            assertThatThrownBy(() -> client("one too many")).isInstanceOf(IOException.class);
        }
        TestBroker.until("somebody gets in again", this::getsIn);
    }

    @Test
    void bounds_those_who_wait_over_all_addresses() throws Exception {
        start(new ArrivalLimits(64, 2, 100, NO_LIMIT, NO_LIMIT), TestBroker.CONNECT_TIMEOUT);
        try (var half = new HalfHandshakes(broker)) {
            for (int i = 0; i < 5; i++) {
                var unused = half.silent();
            }
            TestBroker.until("the others are turned away", () -> turnedAway("waiting_full") == 3);
            assertThatThrownBy(() -> client("one too many")).isInstanceOf(IOException.class);
        }
        TestBroker.until("somebody gets in again", this::getsIn);
    }

    @Test
    void turns_an_address_away_that_comes_too_often() throws Exception {
        start(new ArrivalLimits(64, 1000, 1000, NO_LIMIT, 20), TestBroker.CONNECT_TIMEOUT);
        try (var half = new HalfHandshakes(broker)) {
            for (int i = 0; i < 60; i++) {
                var unused = half.silent();
            }
            TestBroker.until("some are turned away", () -> turnedAway("address_rate") > 0);
        }
        TestBroker.until("the address is let in again", this::getsIn);
    }

    private boolean getsIn() {
        try (var client = client("again")) {
            client.ping();
            return true;
        } catch (Exception turnedAway) {
            return false;
        }
    }

    private void start(ArrivalLimits arrivals, Duration connectTimeout) throws Exception {
        BrokerConfig config = TestBroker.config("127.0.0.1", 0, 100, 10, 1000, connectTimeout);
        broker = new TestBroker(data, Clock.systemUTC(), TestBroker.limited(config, TestBroker.arrivals(arrivals)));
    }

    private RawMqtt client(String clientId) throws Exception {
        var client = RawMqtt.connect(broker, broker.authority.device("dev-1"));
        assertThat(client.say(Connect.mqtt5(clientId)).at(1)).isZero();
        return client;
    }

    private long turnedAway(String why) {
        return broker.statistics().connects().getOrDefault(why, 0L);
    }

    private long working() {
        return broker.statistics().load().handshakesAtWork();
    }

    private long waiting() {
        return broker.statistics().load().handshakesWaiting();
    }
}
