package io.lumia.swarm;

import io.lumia.agent.AgentEnvironment;
import io.lumia.config.SwarmConfig;
import io.lumia.swarm.fault.DeviceFaults;
import io.lumia.swarm.fault.Faults;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Simulated devices, all on one event loop; each has its own key, certificate, address and connection. */
public final class SwarmVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(SwarmVerticle.class);
    private static final int STEPS_PER_SECOND = 20;

    private final SwarmConfig config;
    private final List<InetAddress> addresses;
    private final AgentEnvironment environment;
    private final SwarmTally tally = new SwarmTally();
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final Faults faults;
    private final Promise<Void> ready = Promise.promise();
    private final String run = UUID.randomUUID().toString();
    private long ramp = -1;
    private double allowance;

    /** @param addresses one for each device, in order; {@link SwarmAddresses} chooses them */
    public SwarmVerticle(SwarmConfig config, List<InetAddress> addresses, AgentEnvironment environment) {
        if (addresses.size() < config.devices()) {
            throw new IllegalArgumentException(
                    "there are " + addresses.size() + " addresses for " + config.devices() + " devices");
        }
        this.config = config;
        this.addresses = List.copyOf(addresses);
        this.environment = environment;
        this.faults = new Faults(config, environment, ThreadLocalRandom.current());
        ready.future().onComplete(complete -> faults.begin());
    }

    /** Completes when every device has been connected; fails when one of them never will be. */
    public Future<Void> ready() {
        return ready.future();
    }

    /** Safe to call from any thread. */
    public SwarmCounts counts() {
        return tally.counts(config.devices());
    }

    /** Begins the ramp; {@link #ready} tells when it is over. */
    @Override
    public Future<?> start() {
        more(Math.max(1, config.rampPerSecond() / STEPS_PER_SECOND));
        if (devices.size() < config.devices()) {
            ramp = vertx.setPeriodic(1000 / STEPS_PER_SECOND, step -> step());
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(ramp);
        ready.tryFail("the swarm was stopped");
        return Future.join(devices.stream().map(SimulatedDevice::stop).toList()).otherwiseEmpty();
    }

    private void step() {
        allowance += (double) config.rampPerSecond() / STEPS_PER_SECOND;
        int whole = (int) allowance;
        allowance -= whole;
        more(whole);
    }

    private void more(int wanted) {
        for (int i = 0; i < wanted && devices.size() < config.devices(); i++) {
            begin(devices.size() + 1);
        }
        if (devices.size() == config.devices() && !ready.future().isComplete()) {
            vertx.cancelTimer(ramp);
            awaitAll();
        }
    }

    private void begin(int number) {
        var name = config.name(number);
        var address = addresses.get(number - 1);
        var own = faults.of(number, address);
        var device = new SimulatedDevice(
                name, address, config, own.map(DeviceFaults::environment).orElse(environment), tally, run);
        own.ifPresent(fault -> fault.attach(device));
        devices.add(device);
        device.start().onFailure(unusable -> {
            log.atError().addKeyValue("identity", name).log(unusable.getMessage());
            ready.tryFail(unusable);
        });
    }

    private void awaitAll() {
        Future.all(devices.stream().map(SimulatedDevice::ready).toList())
                .onComplete(connected -> ready.tryComplete(), never -> ready.tryFail(never));
    }
}
