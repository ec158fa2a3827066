package io.lumia.bench;

import io.lumia.bench.BrokerBench.Ground;
import io.lumia.bench.mqtt.Credential;
import io.lumia.bench.mqtt.Link;
import io.lumia.bench.mqtt.LinkListener;
import io.lumia.bench.mqtt.Network.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** All devices connected to one broker and publishing, and one subscriber that hears all of them. */
final class Traffic {
    private static final long PATIENCE_S = 60;
    private static final long DRAIN_MILLIS = 15_000;
    private static final long LOOK_EVERY_MILLIS = 20;

    private final Broker broker;
    private final List<Link> links;
    private final List<Publisher> publishers;
    private final Observer observer;
    private final Link observing;
    private final AtomicInteger dropped = new AtomicInteger();

    /** @param expirySeconds of the devices' sessions; 0: they end with the connection */
    Traffic(Ground ground, Broker broker, int expirySeconds) throws BenchFailed, InterruptedException {
        this.broker = broker;
        var arrived = new Arrivals(ground.network(), broker, expirySeconds)
                .connect(ground.devices(), ground.plan().atOnce());
        links = new ArrayList<>(arrived.links());
        links.sort(Comparator.comparing(Link::clientId));
        publishers = Publisher.all(
                links, ground.devices().stream().map(Credential::name).toList(), dropped);
        observer = new Observer(publishers);
        observing = awaited(
                ground.network().connect(new Wanted(broker.port(), ground.observer(), true, 0, LinkListener.DEAF)));
        observing.listener(observer);
        var unused = awaited(observing.subscribe("devices/+/telemetry", 1));
    }

    Pace pace(int rate) {
        return new Pace(links, publishers, rate);
    }

    Observer observer() {
        return observer;
    }

    List<Publisher> publishers() {
        return publishers;
    }

    /** Connections that the broker closed. */
    int dropped() {
        return dropped.get();
    }

    int published() {
        return publishers.stream().mapToInt(Publisher::published).sum();
    }

    /** Waits until every message is acknowledged and here; what is not by then is lost. */
    void drain() throws InterruptedException {
        for (long waited = 0; waited < DRAIN_MILLIS; waited += LOOK_EVERY_MILLIS) {
            if (observer.missing() == 0 && publishers.stream().allMatch(Publisher::isAcknowledged)) {
                return;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /** Ends what is still connected. */
    void end(List<Link> open) throws BenchFailed, InterruptedException {
        publishers.forEach(Publisher::endsNow);
        var all = new ArrayList<>(open);
        all.add(observing);
        Arrivals.end(all, broker);
    }

    List<Link> links() {
        return links;
    }

    /** Ends everything. */
    void end() throws BenchFailed, InterruptedException {
        end(links);
    }

    static <T> T awaited(Future<T> answer) throws BenchFailed, InterruptedException {
        try {
            return answer.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new BenchFailed("what the broker was asked for is not done within " + PATIENCE_S + " s");
        } catch (ExecutionException failed) {
            throw new BenchFailed("the broker does not do what it is asked: " + failed.getMessage());
        }
    }
}
