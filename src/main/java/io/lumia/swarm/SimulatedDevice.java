package io.lumia.swarm;

import io.lumia.agent.Agent;
import io.lumia.agent.AgentEnvironment;
import io.lumia.agent.AgentListener;
import io.lumia.agent.AgentState;
import io.lumia.config.SwarmConfig;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thermometer: tells its temperature every interval, and answers {@code ping}. */
final class SimulatedDevice implements AgentListener {
    private static final Logger log = LoggerFactory.getLogger(SimulatedDevice.class);

    private final DeviceName name;
    private final SwarmConfig config;
    private final AgentEnvironment environment;
    private final Clock clock;
    private final SwarmTally tally;
    private final String run;
    private final Agent agent;
    private long sequence;
    private double temperature;
    private long timer = -1;
    private boolean stopped;
    private boolean enrolled;
    private boolean connected;

    /** @param run tells the sequence numbers of this run from those of another */
    SimulatedDevice(
            DeviceName name,
            InetAddress address,
            SwarmConfig config,
            AgentEnvironment environment,
            SwarmTally tally,
            String run) {
        this.name = name;
        this.config = config;
        this.environment = environment;
        this.clock = environment.clock();
        this.tally = tally;
        this.run = run;
        this.temperature = ThreadLocalRandom.current().nextDouble(18, 24);
        this.agent = new Agent(name, address, environment, this);
    }

    /** Fails when the identity's directory cannot be used. */
    Future<Void> start() {
        return agent.subscribe(Map.of("devices/" + name + "/commands", 1)).compose(noted -> agent.start());
    }

    /** Completes when it is connected for the first time. */
    Future<Void> ready() {
        return agent.connected();
    }

    Future<Void> stop() {
        stopped = true;
        environment.vertx().cancelTimer(timer);
        return agent.stop();
    }

    @Override
    public void connected() {
        if (timer < 0 && !stopped) {
            // a random first wait keeps devices that connected together from speaking together
            long interval = config.telemetryInterval().toMillis();
            long first = 1 + ThreadLocalRandom.current().nextLong(interval);
            timer = environment.vertx().setPeriodic(first, interval, tick -> telemetry());
        }
    }

    @Override
    public void entered(AgentState state) {
        boolean now = state == AgentState.CONNECTED || state == AgentState.RENEWING;
        if (now != connected) {
            connected = now;
            tally.connected.addAndGet(now ? 1 : -1);
        }
        if (!enrolled && (now || state == AgentState.CERTIFIED)) {
            enrolled = true;
            tally.enrolled.incrementAndGet();
        }
    }

    @Override
    public void renewed() {
        tally.renewals.incrementAndGet();
    }

    @Override
    public void message(String topic, Buffer payload, int qos) {
        try {
            var command = new JsonObject(payload);
            if ("ping".equals(command.getString("command"))) {
                answer(command.getString("id"), command.getLong("sentAt"));
            }
        } catch (DecodeException | ClassCastException malformed) {
            log.atDebug().addKeyValue("identity", name).log("command is malformed and was left unanswered");
        }
    }

    private void answer(String id, Long sentAt) {
        var response = new JsonObject()
                .put("device", name.value())
                .put("id", id)
                .put("sentAt", sentAt)
                .put("answeredAt", micros(clock.instant()));
        agent.publish("devices/" + name + "/responses", response.toBuffer(), 1)
                .onSuccess(acknowledged -> tally.answered.incrementAndGet());
    }

    private void telemetry() {
        if (config.qos() == 0 && !connected) {
            return;
        }
        temperature += ThreadLocalRandom.current().nextGaussian() / 10;
        var reading = new JsonObject()
                .put("device", name.value())
                .put("run", run)
                .put("seq", sequence + 1)
                .put("sentAt", micros(clock.instant()))
                .put("temperature", Math.round(temperature * 10) / 10.0);
        var accepted = agent.publish("devices/" + name + "/telemetry", reading.toBuffer(), config.qos());
        if (!accepted.failed()) {
            // a message that the full outbox refused was never sent, so its number is used again
            sequence++;
        }
        accepted.onSuccess(acknowledged -> tally.published.incrementAndGet());
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
