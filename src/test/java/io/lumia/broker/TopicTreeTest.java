package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.TopicFilter;
import io.lumia.broker.durable.DurableStore;
import io.lumia.config.BrokerLimits.Overflow;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicTreeTest {
    private static final SessionKey NOBODY = new SessionKey("nobody", "");
    private static final String DEEP =
            IntStream.range(0, 32).mapToObj(level -> "a").collect(Collectors.joining("/"));

    private final TopicTree tree = new TopicTree();

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private DurableStore store;
    private Session session;

    @BeforeEach
    void open() {
        store = DurableStore.open(data, false);
        store.start();
        session = session();
    }

    @AfterEach
    void close() {
        store.close();
        vertx.close().await();
    }

    @Test
    void visits_few_nodes_however_many_other_subscriptions_there_are() {
        for (int i = 0; i < 10_000; i++) {
            subscribe("devices/dev-" + i + "/commands");
            subscribe("devices/dev-" + i + "/+/state");
        }
        assertThat(tree.match("devices/dev-77/x/state", NOBODY).visited()).isLessThan(10);
    }

    /** Every way through + and a level there is: a topic matches them all, so the work is as much as there are nodes and no more. */
    @Test
    void visits_no_node_twice_when_filters_match_by_many_ways() {
        for (int i = 0; i < 1 << 10; i++) {
            subscribe(filter(i, 10));
        }
        var matches = tree.match(DEEP, NOBODY);
        assertThat(matches.targets()).hasSize(1);
        assertThat(matches.visited()).isBetween(1 << 10, (1 << 10) * 33);
    }

    @Test
    void forgets_what_is_unsubscribed_to_the_last_node() {
        for (int i = 0; i < 1 << 6; i++) {
            subscribe(filter(i, 6));
        }
        for (int i = 0; i < 1 << 6; i++) {
            assertThat(tree.remove(subscription(filter(i, 6)))).isTrue();
        }
        assertThat(tree.size()).isZero();
        assertThat(tree.match(DEEP, NOBODY).visited()).as("the root alone").isEqualTo(1);
    }

    private void subscribe(String filter) {
        var unused = tree.add(subscription(filter));
    }

    private Subscription subscription(String filter) {
        return new Subscription(session, null, TopicFilter.parse(filter), 1, false, false, 0);
    }

    private static String filter(int bits, int branching) {
        return IntStream.range(0, 32)
                .mapToObj(level -> level < branching && (bits >> level & 1) == 1 ? "+" : "a")
                .collect(Collectors.joining("/"));
    }

    /** Nothing is delivered to it: it only stands in the tree. */
    private Session session() {
        var clock = Clock.systemUTC();
        var ledger = new Ledger(store, vertx.getOrCreateContext(), clock);
        var router = new Router(tree, new RetainedMessages(0, new ByteBudget(0)), ledger, clock);
        return new Session(
                new SessionKey("dev-1", "a"),
                new Sessions(TestBroker.config(), tree, router, new BrokerCounters(), ledger, clock),
                router,
                ledger,
                new Outbox.Bounds(1, 1, 1, Overflow.DROP_NEWEST),
                clock);
    }
}
