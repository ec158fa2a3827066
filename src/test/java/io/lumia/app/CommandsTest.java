package io.lumia.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.app.CommandOutcome.Answered;
import io.lumia.app.CommandOutcome.NotSent;
import io.lumia.app.CommandOutcome.TimedOut;
import io.lumia.mqtt.Message;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Buffer PING = Buffer.buffer("ping");
    private static final Buffer PONG = Buffer.buffer("pong");

    private final List<Message> sent = new ArrayList<>();
    private Future<Void> broker = Future.succeededFuture();
    private final Commands commands = new Commands(this::publish, 7);

    private Future<Void> publish(Message message) {
        sent.add(message);
        return broker;
    }

    @Test
    void asks_at_the_devices_topics_and_completes_with_its_answer() {
        var outcome = commands.send("dev-1", PING, PATIENCE, NOW);
        var other = commands.send("dev-1", PING, PATIENCE, NOW);
        assertThat(sent).hasSize(2).first().satisfies(command -> {
            assertThat(command.topic()).isEqualTo("devices/dev-1/commands");
            assertThat(command.responseTopic()).isEqualTo("devices/dev-1/responses");
            assertThat(command.qos()).isOne();
            assertThat(command.expiry()).isEqualTo(Duration.ofSeconds(30));
        });
        assertThat(sent.get(0).correlationData()).isNotEqualTo(sent.get(1).correlationData());

        answer("dev-1", 0, NOW.plusMillis(5));

        assertThat(outcome.result()).isEqualTo(new Answered(PONG, Duration.ofMillis(5)));
        assertThat(other.isComplete()).isFalse();
        assertThat(result("answered")).isOne();
        assertThat(commands.statistics().times().sum()).isEqualTo(0.005);
    }

    @Test
    void tells_when_no_answer_comes_in_time_and_ignores_one_that_comes_late() {
        var outcome = commands.send("dev-1", PING, PATIENCE, NOW);
        commands.expire(NOW.plusSeconds(29));
        assertThat(outcome.isComplete()).isFalse();
        var later = commands.send("dev-1", PING, PATIENCE, NOW.plusSeconds(29));

        commands.expire(NOW.plusSeconds(30));

        assertThat(outcome.result()).isEqualTo(new TimedOut(Duration.ofSeconds(30)));
        assertThat(later.isComplete()).isFalse();
        answer("dev-1", 0, NOW.plusSeconds(31));
        assertThat(result("timed_out")).isOne();
        assertThat(result("unmatched")).isOne();
        assertThat(result("answered")).isZero();
    }

    @Test
    void counts_and_ignores_what_nobody_asked_for() {
        var outcome = commands.send("dev-1", PING, PATIENCE, NOW);

        answer("dev-2", 0, NOW);
        commands.answered("dev-1", null, PONG, NOW);
        commands.answered("dev-1", Buffer.buffer("unknown"), PONG, NOW);

        assertThat(outcome.isComplete()).isFalse();
        assertThat(result("unmatched")).isEqualTo(3);
        answer("dev-1", 0, NOW);
        answer("dev-1", 0, NOW);
        assertThat(result("answered")).isOne();
        assertThat(result("unmatched")).as("the second delivery").isEqualTo(4);
    }

    @Test
    void tells_when_the_broker_does_not_take_it() {
        broker = Future.failedFuture("the outbox is full");
        assertThat(commands.send("dev-1", PING, PATIENCE, NOW).result()).isEqualTo(new NotSent("the outbox is full"));
        commands.expire(NOW.plusSeconds(60));
        assertThat(result("not_sent")).isOne();
        assertThat(result("timed_out")).isZero();
        assertThat(commands.statistics().sent()).isOne();
    }

    @Test
    void devices_take_turns() {
        var turns = new Turns();
        assertThat(turns.next()).isEmpty();
        turns.heardOf("a");
        turns.heardOf("b");
        assertThat(List.of(turns.next(), turns.next(), turns.next()).stream().map(turn -> turn.orElseThrow()))
                .containsExactly("a", "b", "a");
    }

    private void answer(String device, int command, Instant now) {
        commands.answered(device, sent.get(command).correlationData(), PONG, now);
    }

    private long result(String name) {
        return commands.statistics().results().get(name);
    }
}
