package io.lumia.swarm;

import io.lumia.agent.Agent;
import io.lumia.agent.AgentListener;
import io.lumia.agent.AgentState;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.swarm.fault.FaultyDevice;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thermometer: tells its temperature every interval, answers {@code ping}, and renews when it is told to. */
final class SimulatedDevice implements AgentListener, FaultyDevice {
    private static final Logger log = LoggerFactory.getLogger(SimulatedDevice.class);

    private final DeviceName name;
    private final SwarmSetting setting;
    private final SwarmTally tally;
    private final InetAddress address;
    private final Telemetry telemetry;
    private final SelfCommands own;
    private final boolean measured;
    private Agent agent;
    private Commands commands;
    private long startedAt;
    private boolean stopped;
    private boolean enrolled;
    private boolean connected;
    private boolean everConnected;
    private boolean renewed;

    /** @param measured whether it hears its own telemetry and times it */
    SimulatedDevice(DeviceName name, InetAddress address, boolean measured, SwarmSetting setting) {
        this.name = name;
        this.setting = setting;
        this.tally = setting.tally();
        this.measured = measured;
        this.address = address;
        this.agent = new Agent(name, address, setting.environment(), this);
        this.telemetry = new Telemetry(
                name,
                setting,
                setting.environment().clock(),
                this::publish,
                measured ? new DeliveryLedger(tally) : null);
        this.commands = new Commands(name, setting, agent);
        this.own = new SelfCommands(name, setting, this::publish);
    }

    /** By the agent of now. */
    private Future<Void> publish(Message message) {
        return agent.publish(message);
    }

    /** Fails when the identity's directory cannot be used. */
    Future<Void> start() {
        startedAt = setting.nanos().getAsLong();
        tally.started.incrementAndGet();
        return agent.subscribe(topics()).compose(noted -> agent.start());
    }

    private Map<String, Integer> topics() {
        var topics = new LinkedHashMap<String, Integer>();
        topics.put("devices/" + name + "/commands", 1);
        if (measured) {
            topics.put("devices/" + name + "/telemetry", setting.config().qos());
        }
        if (setting.config().load().commands() > 0) {
            topics.put("devices/" + name + "/responses", 1);
        }
        return topics;
    }

    /** Completes when it is connected for the first time. */
    Future<Void> ready() {
        return agent.connected();
    }

    /** Has nothing to tell any more. */
    void fallSilent() {
        telemetry.stop();
    }

    Future<Void> stop() {
        stopped = true;
        telemetry.stop();
        return agent.stop();
    }

    @Override
    public Agent agent() {
        return agent;
    }

    @Override
    public Future<Void> powerOff() {
        telemetry.pause();
        return agent.stop();
    }

    @Override
    public Future<Void> powerOn() {
        if (stopped) {
            return Future.succeededFuture();
        }
        telemetry.restarted();
        agent = new Agent(name, address, setting.environment(), this);
        commands = new Commands(name, setting, agent);
        return agent.subscribe(topics()).compose(noted -> agent.start());
    }

    Telemetry telemetry() {
        return telemetry;
    }

    /** Whether it has been connected, or has tried for so long. */
    boolean hasArrived(Duration longest) {
        return everConnected || setting.nanos().getAsLong() - startedAt > longest.toNanos();
    }

    /** Says goodbye and comes back after the pause, telling nothing meanwhile. */
    void leave(Duration pause) {
        if (agent.state() == AgentState.CONNECTED) {
            telemetry.pause();
            tally.left.increment();
            agent.leave(pause);
        }
    }

    /** Forgets those so far. */
    void countRenewals() {
        renewed = false;
    }

    boolean hasRenewed() {
        return renewed;
    }

    /** @return whether it has begun; it cannot without a connection */
    boolean renewNow() {
        return agent.renewNow();
    }

    /**
     * Sends itself a command.
     *
     * @param due in the setting's nanoseconds
     */
    void command(long due) {
        if (connected) {
            own.send(due);
        }
    }

    @Override
    public void connected() {
        if (!everConnected) {
            everConnected = true;
            tally.enrolment.record(setting.nanos().getAsLong() - startedAt);
        }
        if (!stopped) {
            telemetry.connected();
        }
    }

    @Override
    public void disconnected() {
        telemetry.disconnected();
    }

    @Override
    public void ended(Ending ending) {
        if (ending.isDrop()) {
            tally.dropped.increment();
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
        renewed = true;
        tally.renewals.increment();
        commands.renewed();
    }

    @Override
    public void notRenewed(String reason) {
        tally.renewalFailures.increment();
        commands.notRenewed(reason);
    }

    @Override
    public void message(Message message) {
        try {
            var content = new JsonObject(message.payload());
            switch (message.topic().substring(message.topic().lastIndexOf('/') + 1)) {
                case "telemetry" -> telemetry.arrived(content);
                case "responses" -> own.answered(content);
                default -> commands.received(message, content);
            }
        } catch (DecodeException | ClassCastException malformed) {
            log.atDebug().addKeyValue("identity", name).log("message is malformed and was left unanswered");
        }
    }
}
