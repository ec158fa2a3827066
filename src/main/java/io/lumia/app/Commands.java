package io.lumia.app;

import io.lumia.app.CommandOutcome.Answered;
import io.lumia.app.CommandOutcome.NotSent;
import io.lumia.app.CommandOutcome.TimedOut;
import io.lumia.bus.FleetBus.CommandStatistics;
import io.lumia.mqtt.Message;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Commands to devices by request and response (MQTT 5, 4.10): sent to {@code devices/NAME/commands}, answered at {@code devices/NAME/responses}
 * with the same correlation data. The broker lets a device publish below its own name alone, so an answer counts only when it came from the
 * device that was asked. For one context.
 */
final class Commands {
    private final Function<Message, Future<Void>> publisher;
    private final long run;
    /** In the order of sending. */
    private final Map<Buffer, Pending> unanswered = new LinkedHashMap<>();

    private final DeliveryTimes times = new DeliveryTimes();
    private long sent;
    private long answered;
    private long timedOut;
    private long notSent;
    private long unmatched;

    private record Pending(String device, Instant sentAt, Duration patience, Promise<CommandOutcome> outcome) {}

    /** @param run random, so that answers to an earlier process match nothing */
    Commands(Function<Message, Future<Void>> publisher, long run) {
        this.publisher = publisher;
        this.run = run;
    }

    /** @param patience how long an answer may take; the broker keeps the command no longer */
    Future<CommandOutcome> send(String device, Buffer payload, Duration patience, Instant now) {
        var correlation = Buffer.buffer(16).appendLong(run).appendLong(++sent);
        var pending = new Pending(device, now, patience, Promise.promise());
        unanswered.put(correlation, pending);
        var command = Message.of("devices/" + device + "/commands", payload, 1)
                .asking("devices/" + device + "/responses", correlation)
                .expiringAfter(patience);
        publisher.apply(command).onFailure(failure -> notSent(correlation, failure));
        return pending.outcome.future();
    }

    private void notSent(Buffer correlation, Throwable failure) {
        var pending = unanswered.remove(correlation);
        if (pending != null) {
            notSent++;
            pending.outcome.complete(new NotSent(String.valueOf(failure.getMessage())));
        }
    }

    /** An answer from a device; one that nobody waits for is counted and left. */
    void answered(String device, @Nullable Buffer correlation, Buffer payload, Instant now) {
        var pending = correlation == null ? null : unanswered.get(correlation);
        if (pending == null || !pending.device.equals(device)) {
            unmatched++;
            return;
        }
        unanswered.remove(correlation);
        answered++;
        var took = Duration.between(pending.sentAt, now);
        times.record(took);
        pending.outcome.complete(new Answered(payload, took));
    }

    /** Gives up what waits for longer than its patience. */
    void expire(Instant now) {
        var late = unanswered.entrySet().stream()
                .filter(entry ->
                        Duration.between(entry.getValue().sentAt, now).compareTo(entry.getValue().patience) >= 0)
                .toList();
        for (var entry : late) {
            unanswered.remove(entry.getKey());
            timedOut++;
            var given = entry.getValue();
            given.outcome.complete(new TimedOut(Duration.between(given.sentAt, now)));
        }
    }

    CommandStatistics statistics() {
        return new CommandStatistics(
                sent,
                Map.of("answered", answered, "timed_out", timedOut, "not_sent", notSent, "unmatched", unmatched),
                times.histogram());
    }
}
