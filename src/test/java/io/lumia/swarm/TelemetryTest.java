package io.lumia.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.agent.AgentEnvironment;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.fakes.Await;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {
    private static final int STALL_SECONDS = 5;
    private static final int PER_SECOND = 10;

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicLong nanos = new AtomicLong(TimeUnit.HOURS.toNanos(1));
    private final SwarmTally tally = new SwarmTally();
    private final List<JsonObject> sent = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void counts_the_time_for_which_messages_had_to_wait_until_they_were_sent() {
        var telemetry = telemetry(1);
        Await.on(context, () -> {
            telemetry.connected();
            // an event loop, or a machine, that stands still
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(STALL_SECONDS));
            return Future.succeededFuture();
        });
        Await.until(vertx, "all that was missed is sent", () -> sent.size() >= STALL_SECONDS * PER_SECOND - 1);

        Await.on(context, () -> {
            sent.forEach(telemetry::arrived);
            return Future.succeededFuture();
        });

        var times = tally.delivery.next();
        assertThat(times.getTotalCount()).isBetween(STALL_SECONDS * PER_SECOND - 1L, STALL_SECONDS * PER_SECOND + 1L);
        assertThat(times.getValueAtPercentile(50)).isBetween(micros(2.2), micros(2.8));
        assertThat(times.getMaxValue()).isGreaterThan(micros(4.8));
    }

    @Test
    void a_broker_that_never_answers_does_not_look_fast_at_the_end() {
        var telemetry = telemetry(1);
        Await.on(context, () -> {
            telemetry.connected();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(STALL_SECONDS));
            return Future.succeededFuture();
        });
        Await.until(vertx, "all that was missed is sent", () -> sent.size() >= STALL_SECONDS * PER_SECOND - 1);

        Await.on(context, () -> {
            telemetry.stop();
            telemetry.close();
            return Future.succeededFuture();
        });

        assertThat(tally.delivery.next().getMaxValue()).isGreaterThan(micros(4.8));
        assertThat(tally.lost.sum()).isEqualTo(sent.size());
    }

    @Test
    void a_device_without_connection_sends_nothing_at_qos_0_and_says_so() {
        var telemetry = telemetry(0);
        Await.on(context, () -> {
            telemetry.connected();
            telemetry.disconnected();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            return Future.succeededFuture();
        });

        Await.until(vertx, "counted", () -> tally.unsent.sum() >= PER_SECOND - 1);
        assertThat(sent).isEmpty();
    }

    @Test
    void messages_have_the_wanted_size() {
        var telemetry = telemetry(1, "swarm.load.payload=600");
        Await.on(context, () -> {
            telemetry.connected();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            return Future.succeededFuture();
        });
        Await.until(vertx, "sent", () -> !sent.isEmpty());

        assertThat(sent.get(0).encode()).hasSize(600);
    }

    private Telemetry telemetry(int qos, String... more) {
        var settings = new ArrayList<>(List.of("swarm.telemetry-interval=100ms", "swarm.qos=" + qos, "data=" + data));
        settings.addAll(List.of(more));
        var config = new ConfigLoader()
                .load(ConfigSources.ofProfile("swarm").withSettings(settings))
                .config();
        var environment = AgentEnvironment.of(
                vertx,
                config.agent(),
                config.renewal(),
                config.tls(),
                config.fleet().domain(),
                data,
                URI.create("http://127.0.0.1:1"),
                null,
                0,
                null,
                () -> null,
                Clock.systemUTC());
        var setting = new SwarmSetting(config.swarm(), environment, tally, "run", nanos::get);
        return new Telemetry(
                new DeviceName("dev-0001"), setting, Clock.systemUTC(), this::take, new DeliveryLedger(tally));
    }

    private Future<Void> take(Message message) {
        sent.add(new JsonObject(message.payload()));
        return Future.succeededFuture();
    }

    private static long micros(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000)).toNanos() / 1000;
    }
}
