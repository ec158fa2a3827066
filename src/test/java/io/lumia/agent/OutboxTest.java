package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Outbox outbox = new Outbox(50);
    private final FakeLink link = new FakeLink();

    /** Acknowledges when the test says so. */
    private static final class FakeLink implements MqttLink {
        final List<String> sent = new ArrayList<>();
        final List<Promise<Void>> open = new ArrayList<>();

        @Override
        public Future<Void> publish(String topic, Buffer payload, int qos, boolean again) {
            sent.add(payload + (again ? " again" : ""));
            Promise<Void> acknowledged = Promise.promise();
            open.add(acknowledged);
            return acknowledged.future();
        }

        void acknowledgeAll() {
            for (int i = 0; i < open.size(); i++) {
                open.get(i).tryComplete();
            }
        }

        void breakDown() {
            List.copyOf(open).forEach(each -> each.tryFail("closed"));
        }

        @Override
        public boolean sessionPresent() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public Future<Void> subscribe(Map<String, Integer> filters) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> disconnect() {
            return Future.succeededFuture();
        }
    }

    @Test
    void keeps_a_message_until_it_is_acknowledged() {
        outbox.attach(link);
        var a = add("a");
        assertThat(a.isComplete()).isFalse();
        assertThat(outbox.size()).isOne();

        link.acknowledgeAll();

        assertThat(a.succeeded()).isTrue();
        assertThat(outbox.size()).isZero();
    }

    @Test
    void sends_again_in_order_on_the_next_connection() {
        var waited = add("a");
        outbox.attach(link);
        var more = List.of(add("b"), add("c"));
        link.open.get(1).complete();
        link.breakDown();
        outbox.detach();
        var last = add("d");

        var next = new FakeLink();
        outbox.attach(next);

        assertThat(next.sent).containsExactly("a again", "c again", "d");
        next.acknowledgeAll();
        assertThat(List.of(waited, more.get(0), more.get(1), last)).allMatch(Future::succeeded);
    }

    @Test
    void has_only_so_many_in_flight_and_goes_on_with_each_acknowledgement() {
        outbox.attach(link);
        for (int i = 0; i < 40; i++) {
            var unused = add("m" + i);
        }
        assertThat(link.sent).hasSize(Outbox.WINDOW);

        link.open.get(0).complete();
        assertThat(link.sent).hasSize(Outbox.WINDOW + 1).endsWith("m32");
        link.acknowledgeAll();
        assertThat(link.sent).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void is_quiet_once_everything_in_flight_is_acknowledged() {
        outbox.attach(link);
        var a = add("a");
        var quiet = outbox.hold();
        var b = add("b");
        assertThat(quiet.isComplete()).isFalse();
        assertThat(link.sent).containsExactly("a");

        link.acknowledgeAll();
        assertThat(a.succeeded()).isTrue();
        assertThat(quiet.succeeded()).isTrue();

        outbox.resume();
        assertThat(link.sent).containsExactly("a", "b");
        assertThat(b.isComplete()).isFalse();
    }

    @Test
    void refuses_at_once_when_it_is_full() {
        for (int i = 0; i < 50; i++) {
            assertThat(add("m").isComplete()).isFalse();
        }
        assertThat(add("one too many").failed()).isTrue();
        assertThat(outbox.size()).isEqualTo(50);
    }

    @Test
    void an_acknowledgement_on_the_old_connection_counts_after_the_swap() {
        outbox.attach(link);
        var a = add("a");
        var next = new FakeLink();
        outbox.attach(next);
        link.acknowledgeAll();

        assertThat(a.succeeded()).isTrue();
        next.acknowledgeAll();
        var b = add("b");
        assertThat(next.sent).containsExactly("a again", "b");
        assertThat(b.isComplete()).isFalse();
    }

    private Future<Void> add(String payload) {
        return outbox.add("t", Buffer.buffer(payload));
    }
}
