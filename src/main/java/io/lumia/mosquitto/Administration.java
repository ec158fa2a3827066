package io.lumia.mosquitto;

import io.lumia.agent.Agent;
import io.lumia.mqtt.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Ends sessions by the dynamic-security plugin. It ends the connections of a user that is disabled, whatever their client ids; the user is made
 * for that and deleted again, since rights come from certificates and the ACL file. For one event loop.
 */
final class Administration {
    static final String COMMANDS = "$CONTROL/dynamic-security/v1";
    static final String RESPONSES = COMMANDS + "/response";

    private final Agent agent;
    private final Duration patience;
    private final Map<String, Promise<Void>> waiting = new HashMap<>();

    Administration(Agent agent, Duration patience) {
        this.agent = agent;
        this.patience = patience;
    }

    /** Completes with the broker's word that no connection of these identities is left; those with a good certificate come again. */
    Future<Void> end(Collection<String> identities) {
        if (identities.isEmpty()) {
            return Future.succeededFuture();
        }
        var id = UUID.randomUUID().toString();
        var commands = new JsonArray();
        for (String identity : identities) {
            commands.add(command("createClient", identity, id));
            commands.add(command("disableClient", identity, id));
            commands.add(command("deleteClient", identity, id));
        }
        Promise<Void> answered = Promise.promise();
        waiting.put(id, answered);
        return agent.publish(Message.of(
                        COMMANDS, new JsonObject().put("commands", commands).toBuffer(), 1))
                .compose(sent -> answered.future())
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(over -> waiting.remove(id));
    }

    /** To be called with every message at {@link #RESPONSES}. */
    void answered(Message message) {
        try {
            var responses = new JsonObject(message.payload()).getJsonArray("responses", new JsonArray());
            for (Object each : responses) {
                var response = (JsonObject) each;
                var asked = waiting.get(response.getString("correlationData", ""));
                if (asked != null) {
                    heard(asked, response);
                }
            }
        } catch (DecodeException | ClassCastException foreign) {
            // somebody else's answer: ours come from the plugin
        }
    }

    /** The commands are answered in their order; what ends the session is the second. */
    private static void heard(Promise<Void> asked, JsonObject response) {
        var command = response.getString("command", "");
        var error = response.getString("error");
        if ("disableClient".equals(command) && error != null) {
            asked.tryFail("Mosquitto did not end a session: " + error);
        } else if ("deleteClient".equals(command)) {
            asked.tryComplete();
        }
    }

    private static JsonObject command(String name, String identity, String id) {
        return new JsonObject().put("command", name).put("username", identity).put("correlationData", id);
    }
}
