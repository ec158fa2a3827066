package io.lumia.swarm;

import io.lumia.swarm.fault.Faults;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Simulated devices of one event loop; each has its own key, certificate, address and connection. */
public final class SwarmVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(SwarmVerticle.class);
    private static final int STEPS_PER_SECOND = 20;
    /** Of the whole swarm, to a connection or a renewal: more would only wait for each other, until their steps take too long and begin again. */
    private static final int MOST_ON_THE_WAY = 100;
    /** Who takes longer holds nobody up. */
    private static final Duration LONGEST_WAY = Duration.ofMinutes(1);
    /** Commands that were missed for longer are not made up for. */
    private static final long MOST_MISSED = TimeUnit.MINUTES.toNanos(1);

    private final SwarmSetting setting;
    private final List<Place> places;
    private final Faults faults;
    private final double share;
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final Promise<Void> ready = Promise.promise();
    private final List<Long> timers = new ArrayList<>();
    /** Begun, and not connected yet. */
    private final List<SimulatedDevice> onTheWay = new ArrayList<>();

    private double allowance = 1;
    private double leaving;
    private long commandDue;
    private int commanded;

    /**
     * Who lives where.
     *
     * @param number of the device, from 1
     */
    record Place(int number, InetAddress address) {}

    /** @param places a share of those of the whole swarm */
    SwarmVerticle(SwarmSetting setting, List<Place> places, Faults faults) {
        this.faults = faults;
        this.setting = setting;
        this.places = List.copyOf(places);
        this.share = places.size() / (double) setting.config().devices();
    }

    /** Completes when each of these devices has been connected; fails when one of them never will be. */
    Future<Void> ready() {
        return ready.future();
    }

    /** Begins the ramp; {@link #ready} tells when it is over. */
    @Override
    public Future<?> start() {
        step();
        every(1000 / STEPS_PER_SECOND, this::step);
        every(1000, () -> devices.forEach(device -> device.telemetry().sweep()));
        if (setting.config().load().churn() > 0) {
            every(1000, this::churn);
        }
        if (setting.config().load().commands() > 0) {
            commandDue = setting.nanos().getAsLong();
            every(10, this::commands);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        timers.forEach(vertx::cancelTimer);
        ready.tryFail("the swarm was stopped");
        return Future.join(devices.stream().map(SimulatedDevice::stop).toList()).otherwiseEmpty();
    }

    /** Renews every device once. Completes when all have, also those that failed at first; */
    Future<Void> rotate(double perSecond) {
        var done = Promise.<Void>promise();
        context.runOnContext(now -> {
            var rotation = new Rotation(devices, perSecond * share / STEPS_PER_SECOND, room());
            timers.add(vertx.setPeriodic(1000 / STEPS_PER_SECOND, tick -> {
                if (rotation.step() && done.tryComplete()) {
                    vertx.cancelTimer(tick);
                }
            }));
        });
        return done.future();
    }

    /** Nobody has anything to tell any more. Completes when all that was told has arrived, or has had its time. */
    Future<Void> settle(Duration patience) {
        var settled = Promise.<Void>promise();
        context.runOnContext(now -> {
            timers.forEach(vertx::cancelTimer);
            devices.forEach(SimulatedDevice::fallSilent);
            settle(setting.nanos().getAsLong() + patience.toNanos(), settled);
        });
        return settled.future();
    }

    private void settle(long end, Promise<Void> settled) {
        boolean quiet = devices.stream().allMatch(device -> device.telemetry().underWay() == 0);
        if (quiet || setting.nanos().getAsLong() >= end) {
            devices.forEach(device -> device.telemetry().close());
            settled.tryComplete();
        } else {
            vertx.setTimer(100, again -> settle(end, settled));
        }
    }

    private void every(long millis, Runnable what) {
        timers.add(vertx.setPeriodic(millis, tick -> what.run()));
    }

    private void step() {
        if (devices.size() == places.size()) {
            return;
        }
        onTheWay.removeIf(device -> device.hasArrived(LONGEST_WAY));
        double perStep = share * setting.config().rampPerSecond() / STEPS_PER_SECOND;
        int room = room();
        allowance += perStep;
        for (; allowance >= 1 && onTheWay.size() < room && devices.size() < places.size(); allowance--) {
            begin(places.get(devices.size()));
        }
        allowance = Math.min(allowance, 1 + perStep);
        if (devices.size() == places.size()) {
            awaitAll();
        }
    }

    private int room() {
        return Math.max(1, (int) (share * MOST_ON_THE_WAY));
    }

    private void begin(Place place) {
        var name = setting.config().name(place.number());
        var own = faults.of(place.number(), place.address());
        var lives = own.map(fault -> setting.in(fault.environment())).orElse(setting);
        var device = new SimulatedDevice(name, place.address(), isMeasured(place.number()), lives);
        own.ifPresent(fault -> fault.attach(device));
        devices.add(device);
        onTheWay.add(device);
        device.start().onFailure(unusable -> {
            log.atError().addKeyValue("identity", name).log(unusable.getMessage());
            ready.tryFail(unusable);
        });
    }

    /** Spread evenly over the numbers. */
    private boolean isMeasured(int number) {
        double measure = setting.config().load().measure();
        return Math.floor(number * measure) > Math.floor((number - 1) * measure);
    }

    private void awaitAll() {
        Future.all(devices.stream().map(SimulatedDevice::ready).toList())
                .onComplete(connected -> ready.tryComplete(), never -> ready.tryFail(never));
    }

    private void churn() {
        leaving += setting.config().load().churn() * devices.size() / TimeUnit.MINUTES.toSeconds(1);
        var random = ThreadLocalRandom.current();
        for (; leaving >= 1; leaving--) {
            devices.get(random.nextInt(devices.size())).leave(Duration.ofMillis(1000 + random.nextLong(9000)));
        }
    }

    private void commands() {
        long now = setting.nanos().getAsLong();
        long pause =
                (long) (TimeUnit.SECONDS.toNanos(1) / (setting.config().load().commands() * share));
        commandDue = Math.max(commandDue, now - MOST_MISSED);
        for (; commandDue <= now && !devices.isEmpty(); commandDue += pause) {
            devices.get(commanded++ % devices.size()).command(commandDue);
        }
    }
}
