package io.lumia.app;

import io.lumia.agent.Agent;
import io.lumia.agent.AgentEnvironment;
import io.lumia.agent.AgentListener;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import io.lumia.config.AppConfig;
import io.lumia.mqtt.Message;
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
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Lumia application: hears all devices, sends them commands, and measures how long messages take and whether any are lost. */
public final class AppVerticle extends VerticleBase implements AgentListener {
    private static final Logger log = LoggerFactory.getLogger(AppVerticle.class);

    private final AppConfig config;
    private final Clock clock;
    private final Agent agent;
    private final Commands commands;
    private final Turns turns = new Turns();
    private final SequenceTracker sequences = new SequenceTracker();
    private final Map<Integer, DeliveryTimes> times = new HashMap<>();

    /** @param address from which it speaks and at which it answers challenges */
    public AppVerticle(AppConfig config, InetAddress address, AgentEnvironment environment) {
        this.config = config;
        this.clock = environment.clock();
        this.agent = new Agent(config.name(), address, environment, this);
        this.commands = new Commands(
                agent::publish,
                config.commandTimeout(),
                ThreadLocalRandom.current().nextLong());
    }

    /** Completes when it is connected and subscribed for the first time; fails when that will never be. */
    public Future<Void> ready() {
        return agent.connected();
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
    public void message(Message message) {
        var levels = message.topic().split("/", -1);
        if (levels.length == 3 && levels[2].equals("telemetry")) {
            telemetry(levels[1], message);
        } else if (levels.length == 3) {
            commands.answered(levels[1], message.correlationData(), message.payload(), clock.instant());
        }
    }

    /** The broker vouches for the device in the topic; what the payload claims does not count. */
    private void telemetry(String device, Message message) {
        try {
            measure(device, new JsonObject(message.payload()), message.qos());
        } catch (DecodeException | ClassCastException unreadable) {
            log.atDebug().addKeyValue("identity", device).log("telemetry cannot be read");
        }
    }

    private void measure(String device, JsonObject message, int qos) {
        var sequence = message.getLong("seq");
        var sentAt = message.getLong("sentAt");
        if (sequence == null || sentAt == null) {
            return;
        }
        turns.heardOf(device);
        sequences.received(device, message.getString("run", ""), sequence);
        var sent = Instant.EPOCH.plus(sentAt, ChronoUnit.MICROS);
        times.computeIfAbsent(qos, first -> new DeliveryTimes()).record(Duration.between(sent, clock.instant()));
    }

    private void command() {
        var now = clock.instant();
        commands.expire(now);
        turns.next()
                .ifPresent(device -> commands.send(device, ping(now), now).onSuccess(outcome -> tell(device, outcome)));
    }

    private static Buffer ping(Instant now) {
        return new JsonObject()
                .put("command", "ping")
                .put("sentAt", ChronoUnit.MICROS.between(Instant.EPOCH, now))
                .toBuffer();
    }

    private static void tell(String device, CommandOutcome outcome) {
        if (!(outcome instanceof CommandOutcome.Answered)) {
            log.atDebug()
                    .addKeyValue("identity", device)
                    .addKeyValue("outcome", outcome)
                    .log("command was not answered");
        }
    }

    private DeliveryStatistics statistics() {
        var byQos = new HashMap<Integer, Histogram>();
        times.forEach((qos, measured) -> byQos.put(qos, measured.histogram()));
        return new DeliveryStatistics(
                Map.copyOf(byQos), sequences.lost(), sequences.duplicated(), commands.statistics());
    }
}
