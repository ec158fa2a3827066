package io.lumia.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeepAliveTest {
    private final Vertx vertx = Vertx.vertx();
    private int pings;
    private boolean dead;
    private final KeepAlive keepAlive = new KeepAlive(vertx, Duration.ofHours(1), () -> pings++, () -> dead = true);

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void pings_only_when_one_side_was_silent() {
        keepAlive.sent();
        keepAlive.heard();
        keepAlive.look();
        assertThat(pings).isZero();

        keepAlive.heard();
        keepAlive.look();
        assertThat(pings).as("nothing was sent").isOne();

        keepAlive.heard();
        keepAlive.sent();
        keepAlive.look();
        keepAlive.sent();
        keepAlive.look();
        assertThat(pings).as("nothing was heard").isEqualTo(2);
        assertThat(dead).isFalse();
    }

    @Test
    void gives_a_server_up_that_answers_nothing_until_the_next_look() {
        keepAlive.look();
        keepAlive.heard();
        keepAlive.look();
        assertThat(dead).as("it answered").isFalse();

        keepAlive.sent();
        keepAlive.look();
        assertThat(dead).isTrue();
    }
}
