package io.lumia.app;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Pings the devices that were heard of, one after the other, and pairs the answers. */
final class Commands {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Set<String> devices = new LinkedHashSet<>();
    private final Map<String, Instant> unanswered = new LinkedHashMap<>();
    private long sent;
    private long answered;

    /** A command for one device. */
    record Command(String device, JsonObject payload) {}

    void heardOf(String device) {
        devices.add(device);
    }

    /** For whose turn it is; empty while no device is known. */
    Optional<Command> next(Instant now) {
        var turn = devices.iterator();
        if (!turn.hasNext()) {
            return Optional.empty();
        }
        var device = turn.next();
        turn.remove();
        devices.add(device);
        unanswered.values().removeIf(sentAt -> Duration.between(sentAt, now).compareTo(PATIENCE) > 0);
        var id = UUID.randomUUID().toString();
        unanswered.put(id, now);
        sent++;
        var payload = new JsonObject()
                .put("id", id)
                .put("command", "ping")
                .put("sentAt", ChronoUnit.MICROS.between(Instant.EPOCH, now));
        return Optional.of(new Command(device, payload));
    }

    /** How long the answer took; empty for one that nobody waits for, such as a second delivery. */
    Optional<Duration> answered(String id, Instant now) {
        var sentAt = unanswered.remove(id);
        if (sentAt == null) {
            return Optional.empty();
        }
        answered++;
        return Optional.of(Duration.between(sentAt, now));
    }

    long sent() {
        return sent;
    }

    long answered() {
        return answered;
    }
}
