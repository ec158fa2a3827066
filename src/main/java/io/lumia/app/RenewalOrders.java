package io.lumia.app;

import io.lumia.bus.FleetBus.OrderedRenewalEnded;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.RenewDeviceOutcome.NotConnected;
import io.lumia.bus.FleetBus.RenewDeviceOutcome.Told;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The command {@code {"command": "renew"}}. A device answers twice: at once with the outcome {@code begun} or {@code already}, and when it is
 * over with {@code renewed} or {@code failed}.
 */
final class RenewalOrders {
    /** A device that is away for longer does not get the order any more. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Pattern SERIAL = Pattern.compile("[0-9a-f]{1,40}");
    private static final Pattern REASON = Pattern.compile("[a-z_]{1,40}");

    private final Commands commands;
    private final Clock clock;

    RenewalOrders(Commands commands, Clock clock) {
        this.commands = commands;
        this.clock = clock;
    }

    /** Completes with the device's first answer, or when none came. */
    Future<RenewDeviceOutcome> order(DeviceName device) {
        var order = new JsonObject().put("command", "renew").toBuffer();
        return commands.send(device.value(), order, PATIENCE, clock.instant()).map(RenewalOrders::understood);
    }

    /** The second answer of a device, if this is one. What it says goes to log and metrics, so it must look as it should. */
    static Optional<OrderedRenewalEnded> ended(String device, Buffer payload) {
        try {
            var answer = new JsonObject(payload);
            var name = new DeviceName(device);
            return switch (String.valueOf(answer.getString("outcome"))) {
                case "renewed" -> {
                    var serial = String.valueOf(answer.getString("serial"));
                    yield Optional.of(new OrderedRenewalEnded(
                            name, true, SERIAL.matcher(serial).matches() ? serial : null, ""));
                }
                case "failed" -> {
                    var reason = String.valueOf(answer.getString("reason"));
                    yield Optional.of(new OrderedRenewalEnded(
                            name, false, null, REASON.matcher(reason).matches() ? reason : "unknown"));
                }
                default -> Optional.empty();
            };
        } catch (DecodeException | ClassCastException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** For log and audit. */
    static String label(RenewDeviceOutcome outcome) {
        if (outcome instanceof Told told) {
            return told.already() ? "already" : "begun";
        }
        return outcome instanceof NotConnected ? "not_connected" : "unknown";
    }

    private static RenewDeviceOutcome understood(CommandOutcome outcome) {
        if (outcome instanceof CommandOutcome.Answered answered) {
            return new Told(isAlready(answered.payload()));
        }
        if (outcome instanceof CommandOutcome.NotSent notSent) {
            return new NotConnected("the broker did not take the order: " + notSent.reason());
        }
        return new NotConnected("the device did not answer within " + PATIENCE.toSeconds() + " s");
    }

    private static boolean isAlready(Buffer payload) {
        try {
            return "already".equals(new JsonObject(payload).getString("outcome"));
        } catch (DecodeException | ClassCastException unreadable) {
            return false;
        }
    }
}
