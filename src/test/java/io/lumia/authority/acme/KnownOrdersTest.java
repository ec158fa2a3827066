package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.authority.acme.Authorization.Challenge;
import io.lumia.authority.acme.Authorization.Status;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders that are in memory alone show what is remembered: the store knows nothing of them. */
class KnownOrdersTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant EXPIRES = NOW.plus(Duration.ofHours(1));

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(NOW);
    private Store store;
    private KnownOrders orders;

    @BeforeEach
    void open() {
        store = Await.result(Store.open(vertx, data));
        orders = new KnownOrders(store, clock);
    }

    @AfterEach
    void close() {
        var closed = Await.result(store.close());
        assertThat(closed).isNull();
        var ended = Await.result(vertx.close());
        assertThat(ended).isNull();
    }

    @Test
    void finds_an_order_by_itself_and_by_its_parts() {
        orders.made(order("o1", "a1", "c1"));
        assertThat(Await.result(orders.find("o1"))).map(Order::id).contains("o1");
        assertThat(Await.result(orders.authorization("a1")))
                .map(Authorization::id)
                .contains("a1");
        assertThat(Await.result(orders.ofChallenge("c1")))
                .map(Authorization::id)
                .contains("a1");
    }

    @Test
    void remembers_four_thousand_and_lets_the_least_recently_used_go() {
        orders.made(order("looked-at", "a", "c"));
        orders.made(order("left-alone", "a-old", "c-old"));
        for (int i = 0; i < 3_999; i++) {
            orders.made(order("o" + i, "a" + i, "c" + i));
            assertThat(Await.result(orders.find("looked-at"))).isPresent();
        }
        assertThat(Await.result(orders.find("left-alone"))).isEmpty();
        assertThat(Await.result(orders.authorization("a-old"))).isEmpty();
        long known = IntStream.range(0, 3_999)
                .filter(i -> Await.result(orders.find("o" + i)).isPresent())
                .count();
        assertThat(known).isEqualTo(3_999);
    }

    @Test
    void an_order_that_expired_is_looked_for_in_the_store() {
        orders.made(order("o1", "a1", "c1"));
        clock.advance(Duration.ofHours(1));
        assertThat(Await.result(orders.find("o1"))).isEmpty();
    }

    @Test
    void a_change_takes_it_out_until_it_is_read_again() {
        orders.made(order("o1", "a1", "c1"));
        var changed = Await.result(orders.change("o1", Future.succeededFuture("done")));
        assertThat(changed).isEqualTo("done");
        assertThat(Await.result(orders.find("o1"))).isEmpty();
    }

    private static Order order(String id, String... parts) {
        var challenge = parts.length == 0
                ? List.<Challenge>of()
                : List.of(Challenge.pending(parts[1], ChallengeType.HTTP_01, "t"));
        var authorizations = parts.length == 0
                ? List.<Authorization>of()
                : List.of(new Authorization(
                        parts[0], id, "account", "thumb", "acme", "a.example", Status.PENDING, EXPIRES, challenge));
        return new Order(id, "account", List.of("a.example"), EXPIRES, null, null, null, null, null, authorizations);
    }
}
