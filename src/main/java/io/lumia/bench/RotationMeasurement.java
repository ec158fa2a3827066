package io.lumia.bench;

import io.lumia.bench.BrokerBench.Ground;
import io.lumia.bench.mqtt.Credential;
import io.lumia.bench.mqtt.Link;
import io.lumia.bench.mqtt.LinkListener;
import io.lumia.bench.mqtt.Network.Wanted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The broker's certificate replaced ten times and every device's once while all devices publish. A device connects with its new certificate first;
 * that connection takes the session over, and what was not acknowledged is sent again on it, as the agent does.
 */
final class RotationMeasurement implements Measurement {
    private static final int RENEWALS = 10;
    private static final int SESSION_SECONDS = 300;
    private static final int AT_ONCE = 8;
    private static final long PATIENCE_S = 120;

    private final Ground ground;

    RotationMeasurement(Ground ground) {
        this.ground = ground;
    }

    @Override
    public List<Figure> run(List<Broker> brokers) throws IOException, BenchFailed, InterruptedException {
        var figures = new Figures("rotation");
        for (Broker broker : brokers) {
            ground.tell("rotation: obtaining a second certificate for each device");
            var next = ground.brokers()
                    .api()
                    .devices(ground.devices().stream().map(Credential::name).toList());
            ground.tell("rotation: connecting, " + broker.name());
            var traffic = new Traffic(ground, broker, SESSION_SECONDS);
            var links = measure(broker, traffic, next, figures);
            traffic.end(links);
        }
        return figures.all();
    }

    private List<Link> measure(Broker broker, Traffic traffic, List<Credential> next, Figures figures)
            throws IOException, BenchFailed, InterruptedException {
        var pace = traffic.pace(ground.plan().rate());
        ground.tell("rotation: before, " + broker.name());
        if (ground.plan().warmUp()) {
            Thread.sleep(ground.plan().seconds() * 500L);
        }
        var unused = traffic.observer().lateness();
        Thread.sleep(ground.plan().seconds() * 1000L);
        figures.percentiles(broker, "before-", traffic.observer().lateness(), 50, 99);
        ground.tell("rotation: replacing certificates, " + broker.name());
        long begun = System.nanoTime();
        var links = rotate(broker, traffic, next);
        figures.add(broker, "took", "s", (System.nanoTime() - begun) / 1e9);
        figures.percentiles(broker, "during-", traffic.observer().lateness(), 50, 99);
        pace.stop();
        traffic.drain();
        figures.add(broker, "published", "1", traffic.published());
        figures.add(broker, "dropped", "1", traffic.dropped());
        figures.add(broker, "lost", "1", traffic.observer().missing());
        figures.add(broker, "duplicated", "1", traffic.observer().twice());
        return links;
    }

    /** Spread over the time that the plan gives, as a fleet would. */
    private List<Link> rotate(Broker broker, Traffic traffic, List<Credential> next)
            throws IOException, BenchFailed, InterruptedException {
        var changes = new ArrayList<CompletableFuture<Link>>();
        var places = new Semaphore(AT_ONCE);
        long begun = System.nanoTime();
        long each = TimeUnit.SECONDS.toNanos(ground.plan().seconds()) / next.size();
        int renewals = 0;
        for (int i = 0; i < next.size(); i++) {
            if (i * RENEWALS >= renewals * next.size()) {
                ground.brokers().renewCertificate(broker);
                renewals++;
            }
            TimeUnit.NANOSECONDS.sleep(begun + i * each - System.nanoTime());
            places.acquire();
            changes.add(change(broker, traffic.publishers().get(i), next.get(i))
                    .whenComplete((link, failed) -> places.release()));
        }
        var links = new ArrayList<Link>();
        for (CompletableFuture<Link> change : changes) {
            links.add(Traffic.awaited(change.orTimeout(PATIENCE_S, TimeUnit.SECONDS)));
        }
        return links;
    }

    private CompletableFuture<Link> change(Broker broker, Publisher publisher, Credential next) {
        publisher.changesNow();
        return ground.network()
                .connect(new Wanted(broker.port(), next, false, SESSION_SECONDS, LinkListener.DEAF))
                .thenApply(link -> {
                    publisher.continueOn(link);
                    return link;
                });
    }
}
