package io.lumia.bench;

import io.lumia.bench.BrokerBench.Ground;
import io.lumia.bench.mqtt.Credential;
import io.lumia.bench.mqtt.Link;
import io.lumia.bench.mqtt.LinkListener;
import io.lumia.bench.mqtt.Network.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** How long a session lives on after its certificate was revoked, and whether it can come back. */
final class RevocationMeasurement implements Measurement {
    private static final long PATIENCE_S = 60;

    private final Ground ground;

    RevocationMeasurement(Ground ground) {
        this.ground = ground;
    }

    @Override
    public List<Figure> run(List<Broker> brokers) throws BenchFailed, InterruptedException {
        var figures = new Figures("revocation");
        for (Broker broker : brokers) {
            if (broker.isOurs()) {
                measure(broker, figures);
            } else {
                // a CRL counts for new connections alone, and Mosquitto ends a session by name, not by certificate
                figures.add(broker, "one-by-one-p50", "ms", Double.NaN);
                figures.add(broker, "one-by-one-p99", "ms", Double.NaN);
                figures.add(broker, "at-once-p50", "ms", Double.NaN);
                figures.add(broker, "at-once-p99", "ms", Double.NaN);
            }
        }
        return figures.all();
    }

    private void measure(Broker broker, Figures figures) throws BenchFailed, InterruptedException {
        ground.tell("revocation: connecting " + ground.plan().devices());
        var links = new ArrayList<>(new Arrivals(ground.network(), broker, 0)
                .connect(ground.devices(), ground.plan().atOnce())
                .links());
        links.sort(Comparator.comparing(Link::clientId));
        int some = ground.plan().revoked();
        ground.tell("revocation: " + some + " one by one");
        figures.percentiles(broker, "one-by-one-", oneByOne(links.subList(0, some)), 50, 99);
        ground.tell("revocation: " + some + " at once");
        figures.percentiles(broker, "at-once-", atOnce(links.subList(some, 2 * some)), 50, 99);
        ground.tell("revocation: coming back");
        figures.add(broker, "revoked", "1", 2.0 * some);
        figures.add(broker, "readmitted", "1", readmitted(broker, 2 * some));
        var others = links.subList(2 * some, links.size());
        figures.add(broker, "others-touched", "1", touched(others));
        Arrivals.end(others, broker);
    }

    private Histogram oneByOne(List<Link> links) throws BenchFailed, InterruptedException {
        var times = new ConcurrentHistogram(3);
        for (Link link : links) {
            awaited(gone(link, times));
        }
        return times;
    }

    /** Those behind others in the queue have waited since the first was asked for. */
    private Histogram atOnce(List<Link> links) throws BenchFailed, InterruptedException {
        var times = new ConcurrentHistogram(3);
        awaited(CompletableFuture.allOf(
                links.stream().map(link -> gone(link, times)).toArray(CompletableFuture[]::new)));
        return times;
    }

    /** From the request to the admin API until the client sees its connection end; fails with the request. */
    private CompletableFuture<Void> gone(Link link, Histogram times) {
        long begun = System.nanoTime();
        var ended = link.closed().thenRun(() -> times.recordValue(System.nanoTime() - begun));
        var revoked =
                ground.brokers().api().revoke(serial(link)).toCompletionStage().toCompletableFuture();
        return revoked.thenCompose(done -> ended);
    }

    private io.lumia.x509.SerialNumber serial(Link link) {
        return link.credential().serial();
    }

    /** How many of the first clients get in again. */
    private int readmitted(Broker broker, int revoked) throws BenchFailed, InterruptedException {
        int readmitted = 0;
        for (Credential credential : ground.devices().subList(0, revoked)) {
            var again = ground.network().connect(new Wanted(broker.port(), credential, true, 0, LinkListener.DEAF));
            try {
                var unused = again.get(PATIENCE_S, TimeUnit.SECONDS);
                readmitted++;
            } catch (ExecutionException refused) {
                // as it must be
            } catch (TimeoutException silent) {
                throw new BenchFailed("a revoked client got no answer within " + PATIENCE_S + " s");
            }
        }
        return readmitted;
    }

    /** How many of these do not answer any more. */
    private static int touched(List<Link> links) throws InterruptedException {
        var pongs = links.stream().map(Link::ping).toList();
        int touched = 0;
        for (CompletableFuture<Void> pong : pongs) {
            try {
                var unused = pong.get(PATIENCE_S, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException gone) {
                touched++;
            }
        }
        return touched;
    }

    private static void awaited(CompletableFuture<Void> gone) throws BenchFailed, InterruptedException {
        var unused = Traffic.awaited(gone);
    }
}
