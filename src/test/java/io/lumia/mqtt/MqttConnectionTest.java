package io.lumia.mqtt;

import static io.lumia.mqtt.ByteServer.CONNACK;
import static io.lumia.mqtt.ByteServer.CONNACK_RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.wire.ReasonCode;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.mqtt.Ending.By;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against a server whose bytes are written by hand. */
class MqttConnectionTest {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final ByteServer server = new ByteServer(vertx);
    private final MqttClient client = new MqttClient(vertx, TLS);
    private final ClientSession session = new ClientSession(100, 32);
    private final Heard heard = new Heard();

    private static final class Heard implements MqttConnection.Listener {
        final List<Message> messages = new CopyOnWriteArrayList<>();
        final Promise<Ending> ended = Promise.promise();

        @Override
        public void message(Message message) {
            messages.add(message);
        }

        @Override
        public void closed(MqttConnection connection, Ending ending) {
            ended.complete(ending);
        }
    }

    /** A connection and the server's end of it. */
    private record Both(MqttConnection here, ByteServer.Link there) {}

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void asks_for_what_it_wants_and_takes_what_the_server_tells() {
        var asked = Connect.session("", Duration.ofMinutes(10), Duration.ofSeconds(60))
                .taking(7, 4096)
                .with(new Connect.Will(Message.of("t", Buffer.buffer("w"), 1), Duration.ofSeconds(5)));
        var connecting = connect(asked, heard);
        var link = server.accepted();
        assertThat(link.packet())
                .isEqualTo("10 26 00 04 4d 51 54 54 05 0c 00 3c"
                        + " 0d 11 00 00 02 58 21 00 07 27 00 00 10 00"
                        + " 00 00 05 18 00 00 00 05 00 01 74 00 01 77");
        // session expiry, assigned client id, keep-alive, receive maximum, maximum QoS, retain, packet size
        link.send("20 1f 00 00 1c 11 00 00 00 2a 12 00 02 69 64 13 00 1e 21 00 03 24 01 25 00 27 00 00 01 00"
                + " 1f 00 00");

        var terms = Await.result(connecting).terms();

        assertThat(terms)
                .isEqualTo(
                        new ServerTerms(false, "id", Duration.ofSeconds(42), Duration.ofSeconds(30), 3, 1, false, 256));
    }

    @Test
    void tells_the_reason_of_a_refused_connection() {
        var connecting = connect(Connect.clean("a", HOUR), heard);
        // not authorized, "revoked"
        server.accepted().send("20 0d 00 87 0a 1f 00 07 72 65 76 6f 6b 65 64");

        assertThat(Await.failure(connecting)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(refused).hasMessage("not authorized: 'revoked'");
            assertThat(refused.isTemporary()).isFalse();
        });
    }

    @Test
    void says_so_when_the_server_knows_mqtt_3_alone() {
        var connecting = connect(Connect.clean("a", HOUR), heard);
        server.accepted().send("20 03 00 01 00");
        assertThat(Await.failure(connecting)).hasMessageContaining("knows no MQTT 5");
    }

    @Test
    void does_not_wait_for_ever_for_connack() {
        var connecting = Await.on(
                context,
                () -> Future.succeededFuture(client.connect(
                        new MqttClient.Server("127.0.0.1", server.port(), null, null, Duration.ofSeconds(1)),
                        Connect.clean("a", HOUR),
                        session,
                        heard)));
        var link = server.accepted();
        assertThat(Await.failure(connecting)).hasMessageContaining("in time");
        Await.until(vertx, "closed", () -> link.ended);
    }

    @ParameterizedTest
    @CsvSource({"8e,SESSION_TAKEN_OVER", "98,ADMINISTRATIVE_ACTION", "87,NOT_AUTHORIZED"})
    void tells_why_the_server_ended_the_connection(String code, ReasonCode reason) {
        var both = connected(CONNACK);
        both.there.send("e0 0b " + code + " 09 1f 00 06 62 65 63 61 75 73");
        assertThat(Await.result(heard.ended.future())).isEqualTo(new Ending(By.SERVER, reason, "'becaus'"));
        Await.until(vertx, "closed", () -> both.there.ended);
        assertThat(Await.failure(publish(both.here, "a", 0))).hasMessageContaining("closed");
    }

    @Test
    void a_network_that_breaks_is_told_as_such_and_fails_what_waits_for_the_connection() {
        var both = connected(CONNACK);
        var subscribing = Await.on(context, () -> Future.succeededFuture(both.here.subscribe(Map.of("a", 1))));
        both.there.packet();
        both.there.cut();
        assertThat(Await.result(heard.ended.future()).by()).isEqualTo(By.NETWORK);
        assertThat(Await.failure(subscribing)).hasMessageContaining("ended");
    }

    @Test
    void never_has_more_under_way_than_the_server_takes() {
        var both = connected("20 06 00 00 03 21 00 02");
        var sent = List.of(publish(both.here, "a", 1), publish(both.here, "b", 2), publish(both.here, "c", 1));
        assertThat(both.there.packet()).isEqualTo("32 07 00 01 74 00 01 00 61");
        assertThat(both.there.packet()).isEqualTo("34 07 00 01 74 00 02 00 62");
        both.there.send("50 02 00 02");
        assertThat(both.there.packet()).as("PUBREC frees nothing").isEqualTo("62 02 00 02");
        assertThat(both.there.packetsSoFar()).isEmpty();

        both.there.send("70 02 00 02");

        assertThat(both.there.packet()).isEqualTo("32 07 00 01 74 00 03 00 63");
        both.there.send("40 02 00 01", "40 02 00 03");
        sent.forEach(Await::result);
        assertThat(session.size()).isZero();
    }

    @Test
    void a_message_that_the_server_refuses_fails_and_the_next_goes_on() {
        var both = connected("20 06 00 00 03 21 00 01");
        var first = publish(both.here, "a", 1);
        var second = publish(both.here, "b", 2);
        both.there.packet();
        both.there.send("40 03 00 01 97");
        assertThat(Await.failure(first))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED));
        both.there.packet();
        both.there.send("50 03 00 02 87");
        assertThat(Await.failure(second)).hasMessageContaining("not authorized");
    }

    @ParameterizedTest
    @ValueSource(strings = {"24 01", "25 00", "27 00 00 00 09"})
    void sends_nothing_that_the_server_does_not_take(String property) {
        int length = property.replace(" ", "").length() / 2;
        var both = connected("20 0" + (3 + length) + " 00 00 0" + length + " " + property);
        var retained = Message.of("topic", Buffer.buffer("a"), 2).retained();
        assertThat(Await.failure(on(() -> both.here.publish(retained)))).isInstanceOf(IllegalArgumentException.class);
        var fits = publish(both.here, "a", 1);
        assertThat(both.there.packet()).startsWith("32 07 00 01 74");
        both.there.send("40 02 00 01", "40 02 00 02");
        Await.result(fits);
    }

    @Test
    void sends_again_what_was_not_acknowledged_when_the_session_is_resumed() {
        var first = connected(CONNACK);
        var sent = List.of(
                publish(first.here, "a", 1),
                publish(first.here, "b", 2),
                publish(first.here, "c", 2),
                publish(first.here, "d", 1));
        for (int i = 0; i < 4; i++) {
            first.there.packet();
        }
        first.there.send("50 02 00 02", "40 02 00 01");
        assertThat(first.there.packet()).isEqualTo("62 02 00 02");
        Await.result(sent.get(0));
        first.there.cut();
        Await.result(heard.ended.future());

        var second = connected(CONNACK_RESUMED, new Heard());

        assertThat(second.there.packet()).isEqualTo("62 02 00 02");
        assertThat(second.there.packet()).as("DUP").isEqualTo("3c 07 00 01 74 00 03 00 63");
        assertThat(second.there.packet()).as("DUP").isEqualTo("3a 07 00 01 74 00 04 00 64");
        second.there.send("70 02 00 02", "50 02 00 03", "70 02 00 03", "40 02 00 04");
        sent.forEach(Await::result);
    }

    @Test
    void sends_as_new_what_a_server_forgot() {
        var first = connected(CONNACK);
        var sent = List.of(publish(first.here, "a", 2), publish(first.here, "b", 1));
        first.there.packet();
        first.there.packet();
        first.there.send("50 02 00 01");
        first.there.packet();
        first.there.cut();
        Await.result(heard.ended.future());

        var second = connected(CONNACK, new Heard());

        Await.result(sent.get(0));
        assertThat(second.there.packet()).isEqualTo("32 07 00 01 74 00 03 00 62");
        second.there.send("40 02 00 03");
        Await.result(sent.get(1));
    }

    @Test
    void hands_over_a_qos_2_message_once() {
        var both = connected(CONNACK);
        var again = "3c 07 00 01 74 00 05 00 61";
        both.there.send("34 07 00 01 74 00 05 00 61", again);
        assertThat(both.there.packet()).isEqualTo("50 02 00 05");
        assertThat(both.there.packet()).isEqualTo("50 02 00 05");
        both.there.cut();
        Await.result(heard.ended.future());

        var next = new Heard();
        var resumed = connected(CONNACK_RESUMED, next);
        resumed.there.send(again, "62 02 00 05", "62 02 00 05", "30 05 00 01 74 00 7a");

        assertThat(resumed.there.packet()).isEqualTo("50 02 00 05");
        assertThat(resumed.there.packet()).isEqualTo("70 02 00 05");
        assertThat(resumed.there.packet()).as("not found").isEqualTo("70 04 00 05 92 00");
        Await.until(vertx, "the last came", () -> !next.messages.isEmpty());
        assertThat(heard.messages).hasSize(1);
        assertThat(next.messages).extracting(Message::qos).containsExactly(0);
    }

    @Test
    void acknowledges_qos_1_and_reads_every_property() {
        var both = connected(CONNACK);
        // payload format, expiry 60, content type "c", response topic "r", correlation data 01 02, user property "k"
        // "v"
        both.there.send("33 22 00 01 74 00 09 1b 01 01 02 00 00 00 3c 03 00 01 63 08 00 01 72 09 00 02 01 02"
                + " 26 00 01 6b 00 01 76 61");
        assertThat(both.there.packet()).isEqualTo("40 02 00 09");
        assertThat(heard.messages)
                .containsExactly(new Message(
                        "t",
                        Buffer.buffer("a"),
                        1,
                        true,
                        "r",
                        Buffer.buffer(new byte[] {1, 2}),
                        "c",
                        Duration.ofSeconds(60),
                        List.of(new Message.UserProperty("k", "v"))));
    }

    @Test
    void tells_the_code_of_each_filter() {
        var both = connected(CONNACK);
        var subscribing = on(
                () -> both.here.subscribe(List.of(Subscription.of("a", 1), new Subscription("b", 2, true, true, 2))));
        assertThat(both.there.packet()).isEqualTo("82 0b 00 01 00 00 01 61 01 00 01 62 2e");
        both.there.send("90 05 00 01 00 01 87");
        assertThat(Await.result(subscribing)).containsExactly(ReasonCode.GRANTED_QOS_1, ReasonCode.NOT_AUTHORIZED);

        var refused = on(() -> both.here.subscribe(Map.of("b", 1)));
        both.there.packet();
        both.there.send("90 04 00 02 00 87");
        assertThat(Await.failure(refused)).isInstanceOf(Refused.class);

        var leaving = on(() -> both.here.unsubscribe(List.of("a")));
        assertThat(both.there.packet()).isEqualTo("a2 06 00 03 00 00 01 61");
        both.there.send("b0 04 00 03 00 11");
        assertThat(Await.result(leaving)).containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
    }

    @Test
    void pings_a_silent_server_and_leaves_one_that_does_not_answer() {
        // server keep-alive: one second
        var both = connected("20 06 00 00 03 13 00 01");
        assertThat(both.there.packet()).isEqualTo("c0 00");

        assertThat(both.there.packet()).as("DISCONNECT").isEqualTo("e0 02 8d 00");
        assertThat(Await.result(heard.ended.future()))
                .isEqualTo(new Ending(By.CLIENT, ReasonCode.KEEP_ALIVE_TIMEOUT, "no answer to PINGREQ"));
    }

    @ParameterizedTest
    @CsvSource({
        "a second CONNACK, 20 03 00 00 00, 82",
        "flags of PINGRESP, d1 00, 81",
        "a PUBLISH cut short, 32 04 00 09 74 00, 81",
        "a property twice, 32 0f 00 01 74 00 01 09 01 01 01 01 02 00 00 00 3c, 82",
        "what a client sends, 82 06 00 01 00 00 01 61, 82",
        "an alias never offered, 30 08 00 01 74 03 23 00 01 61, 94",
        "more than was offered, 30 ff ff 03, 95",
        "length of five bytes, 30 ff ff ff ff 01, 81"
    })
    void leaves_a_server_that_breaks_the_rules(String what, String bytes, String reason) {
        var connecting = connect(Connect.clean("a", HOUR).taking(10, 1024), heard);
        var link = server.accepted();
        link.packet();
        link.send(CONNACK);
        Await.result(connecting);
        link.send(bytes);
        assertThat(link.packet()).as(what).startsWith("e0").contains(" " + reason);
        assertThat(Await.result(heard.ended.future()).by()).isEqualTo(By.CLIENT);
        Await.until(vertx, "closed", () -> link.ended);
    }

    @Test
    void leaves_a_server_that_has_more_under_way_than_it_may() {
        var connecting = connect(Connect.clean("a", HOUR).taking(1, 1024), heard);
        var link = server.accepted();
        link.packet();
        link.send(CONNACK, "34 06 00 01 74 00 01 00", "34 06 00 01 74 00 02 00");
        Await.result(connecting);
        assertThat(link.packet()).isEqualTo("50 02 00 01");
        assertThat(link.packet()).isEqualTo("e0 02 93 00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"30 03 00 01 74", "20 02 00", "48 54 54 50"})
    void an_answer_that_is_no_connack_fails_the_connection(String bytes) {
        var connecting = connect(Connect.clean("a", HOUR), heard);
        var link = server.accepted();
        link.send(bytes);
        if (bytes.startsWith("20")) {
            link.cut();
        }
        assertThat(Await.failure(connecting)).isInstanceOf(IOException.class);
    }

    @Test
    void says_goodbye() {
        var both = connected(CONNACK);
        Await.result(on(both.here::disconnect));
        assertThat(both.there.packet()).isEqualTo("e0 00");
        assertThat(Await.result(heard.ended.future()).by()).isEqualTo(By.CLIENT);
        Await.result(on(both.here::disconnect));
    }

    private Both connected(String connack) {
        return connected(connack, heard);
    }

    private Both connected(String connack, MqttConnection.Listener listener) {
        var connecting = connect(Connect.session("a", HOUR, HOUR), listener);
        var link = server.accepted();
        link.packet();
        link.send(connack);
        return new Both(Await.result(connecting), link);
    }

    private Future<MqttConnection> connect(Connect asked, MqttConnection.Listener listener) {
        var where = new MqttClient.Server("127.0.0.1", server.port(), null, null, Duration.ofMinutes(1));
        return on(() -> client.connect(where, asked, session, listener));
    }

    private Future<Void> publish(MqttConnection through, String payload, int qos) {
        return on(() -> through.publish(Message.of("t", Buffer.buffer(payload), qos)));
    }

    private <T> Future<T> on(Supplier<Future<T>> action) {
        return Await.on(context, () -> Future.succeededFuture(action.get()));
    }
}
