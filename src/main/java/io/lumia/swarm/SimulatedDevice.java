package io.lumia.swarm;

import io.lumia.agent.Agent;
import io.lumia.agent.AgentEnvironment;
import io.lumia.agent.AgentListener;
import io.lumia.agent.AgentState;
import io.lumia.config.SwarmConfig;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thermometer: tells its temperature every interval, answers {@code ping}, and renews when it is told to. */
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
    /** Tells how the renewal ended that was ordered; null: none was. */
    private @Nullable Consumer<JsonObject> ordered;

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
        orderEnded(new JsonObject()
                .put("outcome", "renewed")
                .put("serial", agent.serial().map(SerialNumber::toString).orElse(null)));
    }

    @Override
    public void notRenewed(String reason) {
        orderEnded(new JsonObject().put("outcome", "failed").put("reason", reason));
    }

    @Override
    public void message(Message command) {
        try {
            var asked = new JsonObject(command.payload());
            switch (asked.getString("command", "")) {
                case "ping" -> answer(command, asked, new JsonObject());
                case "renew" -> renew(command, asked);
                default ->
                    log.atDebug().addKeyValue("identity", name).log("command is unknown and was left unanswered");
            }
        } catch (DecodeException | ClassCastException malformed) {
            log.atDebug().addKeyValue("identity", name).log("command is malformed and was left unanswered");
        }
    }

    /** Answers at once whether it begins, and again at the end; a second order while it renews changes nothing. */
    private void renew(Message command, JsonObject asked) {
        boolean begun = agent.renewNow();
        if (begun || ordered == null) {
            ordered = outcome -> answer(command, asked, outcome);
        }
        answer(command, asked, new JsonObject().put("outcome", begun ? "begun" : "already"));
    }

    private void orderEnded(JsonObject outcome) {
        var teller = ordered;
        ordered = null;
        if (teller != null) {
            teller.accept(outcome);
        }
    }

    /** At the response topic, by the correlation data (MQTT 5, 4.10); clients of MQTT 3 know neither and look at the id. */
    private void answer(Message command, JsonObject asked, JsonObject more) {
        var usual = "devices/" + name + "/responses";
        var wanted = command.responseTopic() == null ? usual : command.responseTopic();
        if (!wanted.startsWith("devices/" + name + "/")) {
            log.atDebug()
                    .addKeyValue("identity", name)
                    .log("command wants its answer elsewhere and was left unanswered");
            return;
        }
        var response = new JsonObject()
                .put("device", name.value())
                .put("id", asked.getString("id"))
                .put("sentAt", asked.getLong("sentAt"))
                .put("answeredAt", micros(clock.instant()))
                .put("command", asked.getString("command"))
                .mergeIn(more);
        var answer = Message.of(wanted, response.toBuffer(), 1);
        var correlation = command.correlationData();
        agent.publish(correlation == null ? answer : answer.answering(correlation))
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
        var accepted = agent.publish(Message.of("devices/" + name + "/telemetry", reading.toBuffer(), config.qos()));
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
