package io.lumia.app;

import io.lumia.agent.Agent;
import io.lumia.agent.AgentEnvironment;
import io.lumia.agent.AgentListener;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import io.lumia.config.AppConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Lumia application: hears all devices, sends them commands, and measures how long messages take and whether any are lost. */
public final class AppVerticle extends VerticleBase implements AgentListener {
    private static final Logger log = LoggerFactory.getLogger(AppVerticle.class);

    private final AppConfig config;
    private final Clock clock;
    private final Agent agent;
    private final Commands commands = new Commands();
    private final SequenceTracker sequences = new SequenceTracker();
    private final Map<Integer, DeliveryTimes> times = new HashMap<>();
    private long telemetry;
    private long malformed;
    private Duration lastRoundTrip = Duration.ZERO;
    private volatile AppCounts counts = new AppCounts(0, 0, 0, Duration.ZERO, 0, 0, 0);

    /** @param address from which it speaks and at which it answers challenges */
    public AppVerticle(AppConfig config, InetAddress address, AgentEnvironment environment) {
        this.config = config;
        this.clock = environment.clock();
        this.agent = new Agent(config.name(), address, environment, this);
    }

    /** Completes when it is connected and subscribed for the first time; fails when that will never be. */
    public Future<Void> ready() {
        return agent.connected();
    }

    /** Safe to call from any thread. */
    public AppCounts counts() {
        return counts;
    }

    /** Fails when its identity's directory cannot be used; {@link #ready} tells when it is connected. */
    @Override
    public Future<?> start() {
        return FleetBus.DELIVERY_STATISTICS
                .serve(vertx, asked -> Future.succeededFuture(statistics()))
                .compose(served -> agent.subscribe(Map.of("devices/+/telemetry", 1, "devices/+/responses", 1)))
                .compose(noted -> agent.start())
                .onSuccess(started -> vertx.setPeriodic(config.commandInterval().toMillis(), tick -> command()));
    }

    @Override
    public Future<?> stop() {
        return agent.stop();
    }

    @Override
    public void message(String topic, Buffer payload, int qos) {
        try {
            heard(topic, new JsonObject(payload), qos);
        } catch (DecodeException | ClassCastException unreadable) {
            malformed++;
        }
        count();
    }

    private void heard(String topic, JsonObject message, int qos) {
        var levels = topic.split("/", -1);
        if (levels.length != 3) {
            malformed++;
        } else if (levels[2].equals("telemetry")) {
            telemetry(levels[1], message, qos);
        } else {
            response(message);
        }
    }

    /** The broker vouches for the device in the topic; what the payload claims does not count. */
    private void telemetry(String device, JsonObject message, int qos) {
        var sequence = message.getLong("seq");
        var sentAt = message.getLong("sentAt");
        if (sequence == null || sentAt == null) {
            malformed++;
            return;
        }
        telemetry++;
        commands.heardOf(device);
        sequences.received(device, message.getString("run", ""), sequence);
        var sent = Instant.EPOCH.plus(sentAt, ChronoUnit.MICROS);
        times.computeIfAbsent(qos, first -> new DeliveryTimes()).record(Duration.between(sent, clock.instant()));
    }

    private void response(JsonObject message) {
        Optional.ofNullable(message.getString("id"))
                .flatMap(id -> commands.answered(id, clock.instant()))
                .ifPresent(taken -> lastRoundTrip = taken);
    }

    private void command() {
        commands.next(clock.instant())
                .ifPresent(command -> agent.publish(
                                "devices/" + command.device() + "/commands",
                                command.payload().toBuffer(),
                                1)
                        .onFailure(full -> log.atDebug()
                                .addKeyValue("identity", config.name())
                                .addKeyValue("reason", full.getMessage())
                                .log("command was not sent")));
        count();
    }

    private DeliveryStatistics statistics() {
        var byQos = new HashMap<Integer, Histogram>();
        times.forEach((qos, measured) -> byQos.put(qos, measured.histogram()));
        return new DeliveryStatistics(Map.copyOf(byQos), sequences.lost(), sequences.duplicated());
    }

    private void count() {
        counts = new AppCounts(
                telemetry,
                commands.sent(),
                commands.answered(),
                lastRoundTrip,
                malformed,
                sequences.lost(),
                sequences.duplicated());
    }
}
