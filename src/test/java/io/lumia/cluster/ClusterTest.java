package io.lumia.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.Call;
import io.lumia.bus.Event;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.NodeLeft;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.RequestsShed;
import io.lumia.config.HostPort;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes and, where it matters, a third. Each test has addresses of its own. */
class ClusterTest {
    private static final CountOverdue QUESTION = new CountOverdue(0.5, null);

    @TempDir
    private static Path data;

    private static List<Integer> ports = List.of();
    private static TestNode first;
    private static TestNode second;

    @BeforeAll
    static void join() {
        ports = List.of(FreePort.anywhere(), FreePort.anywhere(), FreePort.anywhere());
        first = node("first", 0);
        second = node("second", 1);
    }

    @AfterAll
    static void leave() {
        second.close();
        first.close();
    }

    @Test
    void a_member_is_found_by_its_name() {
        int port = FreePort.anywhere();
        var members = List.of(new HostPort("localhost", port));
        try (var one = TestNode.join("one", members, "127.0.0.1", port, TestNode.credentials(data, "one"));
                var two = TestNode.join("two", members, "127.0.0.2", port, TestNode.credentials(data, "two"))) {
            for (TestNode node : List.of(one, two)) {
                Await.until(
                        node.vertx(),
                        "both nodes see one another",
                        () -> node.link().state().nodes().size() == 2);
            }
        }
    }

    @Test
    void a_question_is_answered_by_its_own_node_where_that_can() {
        var call = call("own");
        answers(call, first, 1);
        answers(call, second, 2);
        for (int i = 0; i < 10; i++) {
            assertThat(Await.result(call.ask(first.vertx(), QUESTION)).devices())
                    .isEqualTo(1);
            assertThat(Await.result(call.ask(second.vertx(), QUESTION)).devices())
                    .isEqualTo(2);
        }
    }

    @Test
    void a_question_is_answered_by_another_node_where_its_own_cannot() {
        var call = call("other");
        answers(call, second, 2);
        assertThat(Await.result(call.ask(first.vertx(), QUESTION)).devices()).isEqualTo(2);
    }

    @Test
    void a_question_within_the_process_goes_nowhere_else() {
        var call = call("within").local();
        answers(call, second, 2);
        assertThat(Call.isAbsent(Await.failure(call.ask(first.vertx(), QUESTION))))
                .isTrue();
    }

    @Test
    void an_answerer_that_breaks_fails_the_question_of_another_node() {
        var call = call("broken");
        Await.result(call.serve(second.vertx(), asked -> Future.failedFuture("disk full")));
        var failure = Await.failure(call.ask(first.vertx(), QUESTION));
        assertThat(failure).hasMessageContaining("disk full");
        assertThat(Call.isAbsent(failure)).isFalse();
    }

    @Test
    void a_question_to_one_node_is_answered_by_that_one() {
        var call = call("node");
        Await.result(call.answerAsNode(first.vertx(), asked -> Future.succeededFuture(new OverdueCount(1))));
        Await.result(call.answerAsNode(second.vertx(), asked -> Future.succeededFuture(new OverdueCount(2))));
        assertThat(Await.result(call.askNode(first.vertx(), second.id().incarnation(), QUESTION))
                        .devices())
                .isEqualTo(2);
        assertThat(Await.result(call.askNode(first.vertx(), first.id().incarnation(), QUESTION))
                        .devices())
                .isEqualTo(1);
        assertThat(Call.isAbsent(Await.failure(call.askNode(first.vertx(), "0123456789abcdef", QUESTION))))
                .isTrue();
    }

    @Test
    void a_fact_is_heard_once_by_each_listener_of_each_node() {
        var event = event("heard");
        var heard = new CopyOnWriteArrayList<String>();
        Await.result(event.listen(first.vertx(), told -> heard.add("first")));
        Await.result(event.listen(second.vertx(), told -> heard.add("second")));
        Await.result(event.listen(second.vertx(), told -> heard.add("second too")));
        Await.result(event.listenHere(second.vertx(), told -> heard.add("own")));
        event.publish(first.vertx(), new RequestsShed("queue", 1));
        Await.until(first.vertx(), "heard by all", () -> heard.size() >= 3);
        Await.result(first.vertx().timer(100)); // for what must not come
        assertThat(heard).containsExactlyInAnyOrder("first", "second", "second too");
    }

    @Test
    void a_fact_within_the_process_goes_nowhere_else() {
        var within = event("within").local();
        var after = event("after");
        var heard = new CopyOnWriteArrayList<String>();
        Await.result(within.listen(second.vertx(), told -> heard.add("within")));
        Await.result(after.listen(second.vertx(), told -> heard.add("after")));
        within.publish(first.vertx(), new RequestsShed("queue", 1));
        after.publish(first.vertx(), new RequestsShed("queue", 1));
        Await.until(first.vertx(), "heard", () -> !heard.isEmpty());
        assertThat(heard).containsExactly("after");
    }

    @Test
    void nodes_see_who_comes_and_goes() {
        Promise<NodeLeft> left = Promise.promise();
        Promise<String> joined = Promise.promise();
        Await.result(FleetBus.NODE_JOINED.listen(
                first.vertx(), told -> joined.tryComplete(told.node().id().name())));
        Await.result(FleetBus.NODE_LEFT.listen(first.vertx(), left::tryComplete));
        var call = call("gone");
        String incarnation;
        try (var third = node("third", 2)) {
            incarnation = third.id().incarnation();
            answers(call, third, 3);
            assertThat(Await.result(joined.future())).isEqualTo("third");
            assertThat(first.link().state().nodes())
                    .extracting(node -> node.id().name())
                    .containsExactly("first", "second", "third");
            assertThat(Await.result(call.ask(first.vertx(), QUESTION)).devices())
                    .isEqualTo(3);
        }
        assertThat(Await.result(left.future()).node().id().incarnation()).isEqualTo(incarnation);
        assertThat(first.link().state().nodes()).hasSize(2);
        assertThat(first.link().state().expected()).isEqualTo(3);
        assertThat(Call.isAbsent(Await.failure(call.ask(first.vertx(), QUESTION))))
                .isTrue();
    }

    private static TestNode node(String name, int index) {
        return TestNode.join(name, ports, ports.get(index), TestNode.credentials(data, name));
    }

    private static Call<CountOverdue, OverdueCount> call(String name) {
        return new Call<>("test." + name, CountOverdue.class, OverdueCount.class, Duration.ofSeconds(30));
    }

    private static Event<RequestsShed> event(String name) {
        return new Event<>("test." + name, RequestsShed.class);
    }

    private static void answers(Call<CountOverdue, OverdueCount> call, TestNode node, long devices) {
        Await.result(call.serve(node.vertx(), asked -> Future.succeededFuture(new OverdueCount(devices))));
    }
}
