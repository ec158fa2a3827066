package io.lumia.swarm;

import io.lumia.agent.Agent;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.SerialNumber;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a device does when it is told to. For one event loop. */
final class Commands {
    private static final Logger log = LoggerFactory.getLogger(Commands.class);

    private final DeviceName name;
    private final SwarmSetting setting;
    private final Agent agent;
    /** Tells how the renewal ended that was ordered; null: none was. */
    private @Nullable Consumer<JsonObject> ordered;

    Commands(DeviceName name, SwarmSetting setting, Agent agent) {
        this.name = name;
        this.setting = setting;
        this.agent = agent;
    }

    void received(Message command, JsonObject asked) {
        switch (asked.getString("command", "")) {
            case "ping" -> answer(command, asked, new JsonObject());
            case "renew" -> renew(command, asked);
            case "trust" -> trust(command, asked);
            default -> log.atDebug().addKeyValue("identity", name).log("command is unknown and was left unanswered");
        }
    }

    /** The certificate was renewed, by order or not. */
    void renewed() {
        orderEnded(new JsonObject()
                .put("outcome", "renewed")
                .put("serial", agent.serial().map(SerialNumber::toString).orElse(null)));
    }

    void notRenewed(String reason) {
        orderEnded(new JsonObject().put("outcome", "failed").put("reason", reason));
    }

    /** Answers at once whether it begins, and again at the end; a second order while it renews changes nothing. */
    private void renew(Message command, JsonObject asked) {
        boolean begun = agent.renewNow();
        if (begun || ordered == null) {
            ordered = outcome -> answer(command, asked, outcome);
        }
        answer(command, asked, new JsonObject().put("outcome", begun ? "begun" : "already"));
    }

    /** Whatever is said here, the roots come from the CA itself. */
    private void trust(Message command, JsonObject asked) {
        try {
            boolean known = agent.hearOfRoots(new Fingerprint(asked.getString("bundle", "")));
            answer(command, asked, new JsonObject().put("outcome", known ? "trusted" : "looking"));
        } catch (IllegalArgumentException malformed) {
            log.atDebug().addKeyValue("identity", name).log("command names no bundle and was left unanswered");
        }
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
                .put(
                        "answeredAt",
                        Telemetry.micros(setting.environment().clock().instant()))
                .put("command", asked.getString("command"))
                .mergeIn(more);
        var answer = Message.of(wanted, response.toBuffer(), 1);
        var correlation = command.correlationData();
        agent.publish(correlation == null ? answer : answer.answering(correlation))
                .onSuccess(acknowledged -> setting.tally().answered.increment());
    }
}
