package io.lumia.swarm;

import io.lumia.config.SwarmConfig;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What a device tells, when, and what became of it. For one event loop. */
final class Telemetry {
    /** After a sleep of the machine nobody wants all that was missed. */
    private static final Duration MOST_MISSED = Duration.ofMinutes(10);

    private final DeviceName name;
    private final SwarmConfig config;
    private final String run;
    private int restarts;
    private final Function<Message, Future<Void>> outlet;
    private final TelemetrySchedule schedule;
    private final @Nullable DeliveryLedger ledger;
    private final SwarmTally tally;
    private final LongSupplier nanos;
    private final Vertx vertx;
    private final Clock clock;
    private long due;
    private long sequence;
    private double temperature = ThreadLocalRandom.current().nextDouble(18, 24);
    private long timer = -1;
    private boolean begun;
    private boolean paused;
    private long connectedSince = Long.MIN_VALUE;

    /** @param ledger null: what becomes of messages is not measured */
    Telemetry(
            DeviceName name,
            SwarmSetting setting,
            Clock clock,
            Function<Message, Future<Void>> outlet,
            @Nullable DeliveryLedger ledger) {
        this.name = name;
        this.config = setting.config();
        this.run = setting.run();
        this.nanos = setting.nanos();
        this.tally = setting.tally();
        this.vertx = setting.environment().vertx();
        this.clock = clock;
        this.outlet = outlet;
        this.ledger = ledger;
        this.schedule =
                new TelemetrySchedule(config.load().pattern(), config.telemetryInterval(), ThreadLocalRandom.current());
    }

    /** The device is connected: speaks from now on, or goes on. */
    void connected() {
        connectedSince = nanos.getAsLong();
        paused = false;
        if (!begun) {
            begun = true;
            due = schedule.first(connectedSince);
            sleep(connectedSince);
        }
    }

    void disconnected() {
        connectedSince = Long.MIN_VALUE;
    }

    /** The device is away because it wants to, and has nothing to tell until it is back. */
    void pause() {
        paused = true;
    }

    /** What the device had not got rid of yet was in its memory; another run of numbers begins, as after any restart. */
    void restarted() {
        restarts++;
    }

    void stop() {
        vertx.cancelTimer(timer);
        begun = true; // never begins again
    }

    /** Its own telemetry came back from the broker. */
    void arrived(JsonObject reading) {
        var number = reading.getLong("seq");
        if (ledger != null && number != null && reading.getString("run", "").startsWith(run)) {
            var unused = ledger.arrived(number, nanos.getAsLong());
        }
    }

    /** Looks for what does not come any more. */
    void sweep() {
        if (ledger != null && isConnected()) {
            ledger.giveUp(nanos.getAsLong(), connectedSince, DeliveryLedger.PATIENCE);
        }
    }

    /** What is left counts as it stands. */
    void close() {
        if (ledger != null) {
            ledger.close(nanos.getAsLong(), isConnected());
        }
    }

    /** Messages whose fate is not known. */
    int underWay() {
        return ledger == null ? 0 : ledger.size();
    }

    private boolean isConnected() {
        return connectedSince != Long.MIN_VALUE;
    }

    private void sleep(long now) {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(due - now + 999_999));
        timer = vertx.setTimer(millis, woken -> speak());
    }

    /** All that is due, also what this event loop came too late for. */
    private void speak() {
        long now = nanos.getAsLong();
        if (now - due > MOST_MISSED.toNanos()) {
            due = now;
        }
        while (due <= now) {
            send(due);
            due = schedule.after(due);
        }
        sleep(now);
    }

    private void send(long dueAt) {
        if (paused) {
            return;
        }
        if (config.qos() == 0 && !isConnected()) {
            tally.unsent.increment();
            return;
        }
        long number = sequence + 1;
        var accepted = outlet.apply(
                Message.of("devices/" + name + "/telemetry", reading(number).toBuffer(), config.qos()));
        if (accepted.failed()) {
            // a message that the full outbox refused was never sent, so its number is used again
            tally.unsent.increment();
            return;
        }
        sequence = number;
        if (ledger != null) {
            ledger.sent(number, dueAt);
        }
        accepted.onComplete(acknowledged -> accepted(number), refused -> refused(number));
    }

    private void accepted(long number) {
        tally.published.increment();
        if (ledger != null) {
            ledger.accepted(number, nanos.getAsLong());
        }
    }

    private void refused(long number) {
        tally.unsent.increment();
        if (ledger != null) {
            ledger.forget(number);
        }
    }

    private JsonObject reading(long number) {
        temperature += ThreadLocalRandom.current().nextGaussian() / 10;
        var reading = new JsonObject()
                .put("device", name.value())
                .put("run", restarts == 0 ? run : run + "/" + restarts)
                .put("seq", number)
                .put("sentAt", micros(clock.instant()))
                .put("temperature", Math.round(temperature * 10) / 10.0);
        int missing = config.load().payload()
                - (config.load().payload() == 0 ? 0 : reading.encode().length());
        return missing <= 0 ? reading : reading.put("padding", "x".repeat(Math.max(0, missing - 13)));
    }

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
