package io.lumia.swarm;

import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Commands that a device sends itself by the broker, timed from when they were due to the answer's arrival. For one event loop. */
final class SelfCommands {
    /** An answer that takes longer is nobody's any more. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final DeviceName name;
    private final SwarmSetting setting;
    private final Function<Message, Future<Void>> outlet;
    private final Map<String, Long> unanswered = new LinkedHashMap<>(2);
    private long count;

    SelfCommands(DeviceName name, SwarmSetting setting, Function<Message, Future<Void>> outlet) {
        this.name = name;
        this.setting = setting;
        this.outlet = outlet;
    }

    /** @param due when it was to be sent, in the setting's nanoseconds */
    void send(long due) {
        unanswered.values().removeIf(waiting -> due - waiting > PATIENCE.toNanos());
        var id = setting.run() + "/" + ++count;
        unanswered.put(id, due);
        var ping = new JsonObject()
                .put("command", "ping")
                .put("id", id)
                .put("sentAt", Telemetry.micros(setting.environment().clock().instant()));
        outlet.apply(Message.of("devices/" + name + "/commands", ping.toBuffer(), 1))
                .onFailure(refused -> unanswered.remove(id));
    }

    /** An answer, of anybody's command. */
    void answered(JsonObject response) {
        var due = unanswered.remove(response.getString("id", ""));
        if (due != null) {
            setting.tally().roundTrips.record(setting.nanos().getAsLong() - due);
        }
    }
}
