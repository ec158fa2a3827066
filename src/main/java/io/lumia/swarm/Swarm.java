package io.lumia.swarm;

import io.lumia.agent.AgentEnvironment;
import io.lumia.config.SwarmConfig;
import io.lumia.swarm.SwarmVerticle.Place;
import io.lumia.swarm.fault.FaultRan;
import io.lumia.swarm.fault.Faults;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** All simulated devices of a process, on one event loop or several. Its methods are safe to call from any thread. */
public final class Swarm {
    /** What one event loop carries without being late. */
    private static final int DEVICES_PER_LOOP = 1500;

    private final SwarmConfig config;
    private final SwarmTally tally = new SwarmTally();
    private final List<SwarmVerticle> verticles;
    private final SwarmWatch watch;
    private final Faults faults;

    /** @param addresses one for each device, in order; {@link SwarmAddresses} chooses them */
    public Swarm(SwarmConfig config, List<InetAddress> addresses, AgentEnvironment environment) {
        if (addresses.size() < config.devices()) {
            throw new IllegalArgumentException(
                    "there are " + addresses.size() + " addresses for " + config.devices() + " devices");
        }
        this.config = config;
        var setting =
                new SwarmSetting(config, environment, tally, UUID.randomUUID().toString(), System::nanoTime);
        this.faults = new Faults(config, environment, ThreadLocalRandom.current());
        this.watch = new SwarmWatch(tally, config.devices(), setting.nanos(), faults::active);
        int loops = (config.devices() + DEVICES_PER_LOOP - 1) / DEVICES_PER_LOOP;
        this.verticles = IntStream.range(0, loops)
                .mapToObj(loop -> new SwarmVerticle(setting, places(addresses, loop, loops), faults))
                .toList();
        ready().onSuccess(all -> faults.begin());
    }

    /** In turns, so that a ramp that is cut short has begun with the first numbers. */
    private List<Place> places(List<InetAddress> addresses, int loop, int loops) {
        var places = new ArrayList<Place>();
        for (int number = loop + 1; number <= config.devices(); number += loops) {
            places.add(new Place(number, addresses.get(number - 1)));
        }
        return places;
    }

    /** To be deployed, each once. */
    public List<VerticleBase> verticles() {
        var all = new ArrayList<VerticleBase>(verticles);
        all.add(watch);
        return List.copyOf(all);
    }

    /** Completes when every device has been connected; fails when one of them never will be. */
    public Future<Void> ready() {
        return Future.all(verticles.stream().map(SwarmVerticle::ready).toList()).mapEmpty();
    }

    /** What went wrong on purpose, in the order of the configuration. */
    public List<FaultRan> faults() {
        return faults.ran();
    }

    public SwarmCounts counts() {
        return tally.counts(config.devices());
    }

    /** Renews every device that there is once, so many a second; completes when all have. */
    public Future<Void> rotate(double perSecond) {
        return Future.all(verticles.stream()
                        .map(verticle -> verticle.rotate(perSecond))
                        .toList())
                .mapEmpty();
    }

    /** Delivery is measured from now on; what was measured before is left out, and messages under way count. */
    public void measureFromNow() {
        tally.delivery.clear();
        tally.roundTrips.clear();
    }

    /** Lets the devices fall silent. Completes when all that they told has arrived, or has had its time. */
    public Future<Void> settle(Duration patience) {
        return Future.all(verticles.stream()
                        .map(verticle -> verticle.settle(patience))
                        .toList())
                .onSuccess(settled -> watch.look())
                .mapEmpty();
    }

    /** A sample for each second so far; for each few seconds of a long run. */
    public List<Sample> timeline() {
        return watch.timeline().samples();
    }

    /** From when a message was due to its arrival, in microseconds; until a second ago, or until the swarm has settled. */
    public Histogram delivery() {
        return tally.delivery.total();
    }

    /** From when a command was due to its answer's arrival, in microseconds. */
    public Histogram roundTrips() {
        return tally.roundTrips.total();
    }

    /** From the start of a device to its first connection, in microseconds. */
    public Histogram enrolment() {
        return tally.enrolment.total();
    }
}
