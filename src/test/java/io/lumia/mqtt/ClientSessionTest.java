package io.lumia.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.wire.ReasonCode;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientSessionTest {
    private static final int WINDOW = 8;

    private final ClientSession session = new ClientSession(50, WINDOW);
    private final FakeWire wire = new FakeWire();

    /** Notes what is sent; the test answers. */
    private static final class FakeWire implements Wire {
        final List<String> sent = new ArrayList<>();

        @Override
        public int receiveMaximum() {
            return 65_535;
        }

        @Override
        public String unfit(Message message) {
            return null;
        }

        @Override
        public boolean uses(int packetId) {
            return packetId == 2;
        }

        @Override
        public void publish(Message message, int packetId, boolean again) {
            sent.add(packetId + " " + message.payload() + (again ? " again" : ""));
        }

        @Override
        public void answer(MqttMessageType type, int packetId, ReasonCode reason) {
            sent.add(type + " " + packetId);
        }
    }

    @Test
    void keeps_a_message_until_it_is_acknowledged() {
        var early = add("early");
        assertThat(session.size()).isOne();
        session.attach(wire, false);
        assertThat(wire.sent).containsExactly("1 early");
        assertThat(early.isComplete()).isFalse();

        acknowledge(wire, 1);

        assertThat(early.succeeded()).isTrue();
        assertThat(session.size()).isZero();
    }

    @Test
    void leaves_out_packet_ids_in_use_and_begins_anew_after_the_last() {
        session.attach(wire, false);
        var unused = List.of(add("a"), add("b"));
        assertThat(wire.sent).containsExactly("1 a", "3 b");
        for (int i = 4; i <= 65_535; i++) {
            assertThat(session.freePacketId(wire)).isEqualTo(i);
        }
        assertThat(session.freePacketId(wire)).as("1 to 3 are in use").isEqualTo(4);
        assertThat(unused).hasSize(2);
    }

    @Test
    void sends_again_in_order_before_what_is_new() {
        session.attach(wire, false);
        var sent = List.of(add("a"), add("b"), add("c"));
        acknowledge(wire, 3);
        session.detach(wire);
        var last = add("d");
        var next = new FakeWire();

        session.attach(next, true);

        assertThat(next.sent).containsExactly("1 a again", "4 c again", "5 d");
        for (int id : List.of(1, 4, 5)) {
            acknowledge(next, id);
        }
        assertThat(sent).allMatch(Future::succeeded);
        assertThat(last.succeeded()).isTrue();
    }

    @Test
    void has_only_so_many_under_way_and_goes_on_with_each_acknowledgement() {
        session.attach(wire, false);
        for (int i = 0; i < 20; i++) {
            assertThat(add("m" + i).isComplete()).isFalse();
        }
        assertThat(wire.sent).hasSize(WINDOW);
        acknowledge(wire, 1);
        assertThat(wire.sent).hasSize(WINDOW + 1).endsWith("10 m8");

        var next = new FakeWire();
        session.attach(next, true);
        assertThat(next.sent).hasSize(WINDOW).allMatch(each -> each.endsWith("again"));
    }

    @Test
    void is_quiet_once_everything_under_way_is_acknowledged() {
        session.attach(wire, false);
        var a = add("a");
        var quiet = session.hold();
        var b = add("b");
        assertThat(quiet.isComplete()).isFalse();
        assertThat(wire.sent).containsExactly("1 a");

        acknowledge(wire, 1);
        assertThat(a.succeeded()).isTrue();
        assertThat(quiet.succeeded()).isTrue();

        session.resume();
        assertThat(wire.sent).containsExactly("1 a", "3 b");
        assertThat(b.isComplete()).isFalse();
    }

    @Test
    void sends_again_but_nothing_new_while_it_is_held() {
        session.attach(wire, false);
        var sent = List.of(add("a"));
        var quiet = session.hold();
        var held = add("b");
        var next = new FakeWire();
        session.attach(next, true);
        assertThat(next.sent).containsExactly("1 a again");

        acknowledge(next, 1);
        assertThat(quiet.succeeded()).isTrue();
        session.resume();
        assertThat(next.sent).containsExactly("1 a again", "3 b");
        assertThat(sent).allMatch(Future::succeeded);
        assertThat(held.isComplete()).isFalse();
    }

    @Test
    void an_acknowledgement_on_a_connection_that_lost_the_session_counts_nothing() {
        session.attach(wire, false);
        var a = add("a");
        var next = new FakeWire();
        session.attach(next, true);

        acknowledge(wire, 1);
        session.detach(wire);

        assertThat(a.isComplete())
                .as("packet id 1 belongs to the new connection")
                .isFalse();
        acknowledge(next, 1);
        assertThat(a.succeeded()).isTrue();
    }

    @Test
    void refuses_at_once_when_it_is_full_and_gives_up_when_it_is_closed() {
        var all = new ArrayList<Future<Void>>();
        for (int i = 0; i < 50; i++) {
            all.add(add("m"));
        }
        assertThat(all).noneMatch(Future::isComplete);
        assertThat(add("one too many").failed()).isTrue();
        session.close();
        assertThat(all).allMatch(Future::failed);
    }

    private Future<Void> add(String payload) {
        return session.publish(Message.of("t", Buffer.buffer(payload), 1));
    }

    private void acknowledge(FakeWire from, int id) {
        session.acknowledged(from, id, ReasonCode.SUCCESS, "");
    }
}
