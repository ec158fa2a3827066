package io.lumia.renewal.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestartPaceTest {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Vertx vertx = Vertx.vertx();
    private final RestartPace pace = new RestartPace(vertx, PAUSE);

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void the_next_broker_waits_for_the_one_before_and_the_pause_also_when_that_failed() {
        List<String> begun = new CopyOnWriteArrayList<>();
        var secondBegan = new AtomicLong();
        Promise<String> first = Promise.promise();
        var one = pace.restart(() -> {
            begun.add("first");
            return first.future();
        });
        var two = pace.restart(() -> {
            secondBegan.set(System.nanoTime());
            begun.add("second");
            return Future.succeededFuture("restarted");
        });
        assertThat(begun).containsExactly("first");

        long ended = System.nanoTime();
        first.fail("no such unit");

        assertThat(Await.result(two)).isEqualTo("restarted");
        assertThat(one.failed()).isTrue();
        assertThat(begun).containsExactly("first", "second");
        assertThat(Duration.ofNanos(secondBegan.get() - ended)).isGreaterThanOrEqualTo(PAUSE.minusMillis(5));
    }
}
