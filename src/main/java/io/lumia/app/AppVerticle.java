package io.lumia.app;

import io.lumia.agent.Agent;
import io.lumia.agent.AgentEnvironment;
import io.lumia.agent.AgentListener;
import io.lumia.app.DeviceClocks.Delivery;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.RenewDevice;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.config.AppConfig;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Lumia application: hears all devices, sends them commands, and measures how long messages take and whether any are lost. */
public final class AppVerticle extends VerticleBase implements AgentListener {
    private static final Logger log = LoggerFactory.getLogger(AppVerticle.class);

    private static final int NAMES_AT_MOST = 1000;
    private static final Duration LOOK_FOR_LATE = Duration.ofSeconds(1);

    private final AppConfig config;
    private final Clock clock;
    private final Agent agent;
    private final Commands commands;
    private final RenewalOrders orders;
    private final Turns turns = new Turns();
    private final RotationDrill drill;
    private final TrustOrders trust;
    private final DrainOrders drain;
    private final SequenceTracker sequences = new SequenceTracker();
    private final DeviceClocks clocks = new DeviceClocks();
    private final Map<Integer, DeliveryTimes> times = new HashMap<>();

    /** @param address from which it speaks and at which it answers challenges */
    public AppVerticle(AppConfig config, InetAddress address, AgentEnvironment environment) {
        this.config = config;
        this.clock = environment.clock();
        this.agent = new Agent(config.name(), address, environment, this);
        this.commands = new Commands(agent::publish, ThreadLocalRandom.current().nextLong());
        this.orders = new RenewalOrders(commands, clock);
        this.drill = new RotationDrill(environment.vertx(), clock, config.name(), orders::order, turns::all);
        this.trust = new TrustOrders(environment.vertx(), commands, clock, turns::all, this::hearOfRoots);
        this.drain = new DrainOrders(
                environment.vertx(),
                clock,
                config.name(),
                config.drainPerSecond(),
                orders::order,
                this::renewSelf,
                () -> drill.status().state().equals("running"),
                turns::all);
    }

    /** Completes when it is connected and subscribed for the first time; fails when that will never be. */
    public Future<Void> ready() {
        return agent.connected();
    }

    /** Fails when its identity's directory cannot be used; {@link #ready} tells when it is connected. */
    @Override
    public Future<?> start() {
        return FleetBus.DELIVERY_STATISTICS
                .serve(vertx, asked -> Future.succeededFuture(statistics()))
                .compose(served -> FleetBus.RENEW_DEVICE.serve(
                        vertx, asked -> renew(asked).onSuccess(outcome -> tell(asked, outcome))))
                .compose(served -> drill.serve())
                .compose(served -> trust.serve())
                .compose(served -> agent.subscribe(Map.of("devices/+/telemetry", 1, "devices/+/responses", 1)))
                .compose(noted -> agent.start())
                .onSuccess(started -> {
                    drain.start();
                    vertx.setPeriodic(LOOK_FOR_LATE.toMillis(), tick -> commands.expire(clock.instant()));
                    vertx.setPeriodic(config.commandInterval().toMillis(), tick -> command());
                });
    }

    @Override
    public Future<?> stop() {
        drill.stop();
        return agent.stop();
    }

    @Override
    public void message(Message message) {
        var levels = message.topic().split("/", -1);
        if (levels.length == 3 && levels[2].equals("telemetry")) {
            telemetry(levels[1], message);
        } else if (levels.length == 3 && !ended(levels[1], message)) {
            commands.answered(levels[1], message.correlationData(), message.payload(), clock.instant());
        }
    }

    /** The broker vouches for the device in the topic; what the payload claims does not count. */
    private void telemetry(String device, Message message) {
        try {
            measure(device, new JsonObject(message.payload()), message.qos());
        } catch (DecodeException | ClassCastException unreadable) {
            log.atDebug().addKeyValue("identity", device).log("telemetry cannot be read");
        }
    }

    private void measure(String device, JsonObject message, int qos) {
        var sequence = message.getLong("seq");
        var sentAt = message.getLong("sentAt");
        if (sequence == null || sentAt == null) {
            return;
        }
        turns.heardOf(device);
        trust.heardOf(device);
        sequences.received(device, message.getString("run", ""), sequence);
        var sent = Instant.EPOCH.plus(sentAt, ChronoUnit.MICROS);
        var delivery = new Delivery(qos, Duration.between(sent, clock.instant()));
        switch (clocks.judge(device, delivery)) {
            case COUNT -> count(delivery);
            case ASK -> ping(device);
            case LEAVE -> {}
        }
    }

    private void count(Delivery delivery) {
        times.computeIfAbsent(delivery.qos(), first -> new DeliveryTimes()).record(delivery.took());
    }

    private boolean ended(String device, Message message) {
        var ended = RenewalOrders.ended(device, message.payload());
        ended.ifPresent(told -> {
            drill.ended(told);
            drain.ended(told);
            FleetBus.ORDERED_RENEWAL_ENDED.publish(vertx, told);
        });
        return ended.isPresent();
    }

    private void hearOfRoots(String bundle) {
        var unused = agent.hearOfRoots(new Fingerprint(bundle));
    }

    private void renewSelf() {
        var unused = agent.renewNow();
    }

    /** Who is not heard of may be quiet, or nobody at all: the inventory knows, where one can be asked. */
    private Future<RenewDeviceOutcome> renew(RenewDevice asked) {
        var device = asked.device();
        if (device.equals(config.name())) {
            return Future.succeededFuture(new RenewDeviceOutcome.Told(!agent.renewNow()));
        }
        var claimed = turns.knows(device.value()) ? Future.succeededFuture(true) : isClaimed(device);
        return claimed.compose(
                known -> known ? orders.order(device) : Future.succeededFuture(new RenewDeviceOutcome.Unknown(device)));
    }

    private Future<Boolean> isClaimed(DeviceName device) {
        return FleetBus.LIST_DEVICES
                .ask(vertx, new ListDevices(device.value(), 0, NAMES_AT_MOST))
                .map(page -> page.total() > NAMES_AT_MOST
                        || page.devices().stream()
                                .anyMatch(found -> found.name().equals(device)))
                .otherwise(true);
    }

    private void tell(RenewDevice asked, RenewDeviceOutcome outcome) {
        var label = RenewalOrders.label(outcome);
        log.atInfo()
                .addKeyValue("identity", asked.device())
                .addKeyValue("actor", asked.actor())
                .addKeyValue("outcome", label)
                .log("device was ordered to renew its certificate");
        var audited = outcome instanceof RenewDeviceOutcome.Told ? "ok" : "refused";
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                        clock.instant(),
                        asked.actor(),
                        "device.renew",
                        asked.device().value(),
                        audited,
                        Map.of("answer", label)));
    }

    private void command() {
        turns.next().ifPresent(this::ping);
    }

    private void ping(String device) {
        var now = clock.instant();
        commands.send(device, question(now), config.commandTimeout(), now).onSuccess(outcome -> heard(device, outcome));
    }

    private static Buffer question(Instant now) {
        return new JsonObject()
                .put("command", "ping")
                .put("sentAt", ChronoUnit.MICROS.between(Instant.EPOCH, now))
                .toBuffer();
    }

    private void heard(String device, CommandOutcome outcome) {
        if (outcome instanceof CommandOutcome.Answered answered) {
            var ahead = ahead(answered);
            var counts = ahead == null ? clocks.silent(device) : clocks.told(device, ahead, answered.took());
            counts.forEach(this::count);
            return;
        }
        clocks.silent(device).forEach(this::count);
        log.atDebug()
                .addKeyValue("identity", device)
                .addKeyValue("outcome", outcome)
                .log("command was not answered");
    }

    /** By how much the device's clock is ahead, as far as an answer shows it (RFC 5905, 8); null when it does not say. */
    private @Nullable Duration ahead(CommandOutcome.Answered answered) {
        try {
            var answeredAt = new JsonObject(answered.payload()).getLong("answeredAt");
            var middle = clock.instant().minus(answered.took().dividedBy(2));
            return answeredAt == null
                    ? null
                    : Duration.between(middle, Instant.EPOCH.plus(answeredAt, ChronoUnit.MICROS));
        } catch (DecodeException | ClassCastException | ArithmeticException | DateTimeException unreadable) {
            return null;
        }
    }

    private DeliveryStatistics statistics() {
        var byQos = new HashMap<Integer, Histogram>();
        times.forEach((qos, measured) -> byQos.put(qos, measured.histogram()));
        return new DeliveryStatistics(
                Map.copyOf(byQos),
                sequences.lost(),
                sequences.duplicated(),
                clocks.wrong(),
                clocks.skewed(),
                commands.statistics());
    }
}
