package io.lumia.bench;

import io.lumia.bench.Arrivals.Arrived;
import io.lumia.bench.BrokerBench.Ground;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What a connection costs: processor time, time, and memory while it is idle. */
final class ConnectMeasurement implements Measurement {
    private static final int WARM_UP_CONNECTIONS = 1000;
    private static final int MOST_WARM_UPS = 20;

    /** Warmed up: a round took no less than this share of the CPU of the one before, and Java hardly compiles any more. */
    private static final double STILL_FALLING = 0.95;

    private static final double MOST_COMPILING = 0.15;

    private final Ground ground;

    ConnectMeasurement(Ground ground) {
        this.ground = ground;
    }

    @Override
    public List<Figure> run(List<Broker> brokers) throws IOException, BenchFailed, InterruptedException {
        var figures = new Figures("connect");
        Map<Broker, List<Arrived>> rounds = new LinkedHashMap<>();
        for (Broker broker : brokers) {
            warmUp(broker, figures);
            rounds.put(broker, new ArrayList<>());
        }
        for (int round = 1; round <= ground.plan().rounds(); round++) {
            for (var each : rounds.entrySet()) {
                ground.tell("connect: round " + round + " of " + ground.plan().rounds() + ", "
                        + each.getKey().name());
                each.getValue().add(connectAndEnd(each.getKey(), ground.plan().devices()));
            }
        }
        rounds.forEach((broker, arrived) -> tell(broker, arrived, figures));
        for (Broker broker : brokers) {
            memory(broker, figures);
        }
        return figures.all();
    }

    private void warmUp(Broker broker, Figures figures) throws BenchFailed, InterruptedException {
        int devices = Math.min(WARM_UP_CONNECTIONS, ground.plan().devices());
        ground.tell("connect: the first " + devices + ", " + broker.name());
        var first = connectAndEnd(broker, devices);
        figures.add(broker, "first-cpu-per-connection", "ms", first.brokerMillisEach());
        double before = first.brokerMillisEach();
        for (int i = 0; ground.plan().warmUp() && i < MOST_WARM_UPS; i++) {
            var now = connectAndEnd(broker, devices);
            ground.tell(String.format(
                    Locale.ROOT,
                    "connect: warming up %s, %.2f ms CPU each, %.2f of them to compile",
                    broker.name(),
                    now.brokerMillisEach(),
                    now.compilingMillisEach()));
            boolean compiled = now.compilingMillisEach() < MOST_COMPILING * now.brokerMillisEach();
            if (compiled && now.brokerMillisEach() > before * STILL_FALLING) {
                return;
            }
            before = now.brokerMillisEach();
        }
    }

    private Arrived connectAndEnd(Broker broker, int devices) throws BenchFailed, InterruptedException {
        var arrived = new Arrivals(ground.network(), broker, 0)
                .connect(ground.devices().subList(0, devices), ground.plan().atOnce());
        Arrivals.end(arrived.links(), broker);
        return arrived;
    }

    private static void tell(Broker broker, List<Arrived> rounds, Figures figures) {
        figures.add(broker, "cpu-per-connection", "ms", median(rounds, Arrived::brokerMillisEach));
        figures.add(broker, "compiling-per-connection", "ms", median(rounds, Arrived::compilingMillisEach));
        figures.add(broker, "load-cpu-per-connection", "ms", median(rounds, Arrived::ownMillisEach));
        figures.add(
                broker,
                "tried-again",
                "1",
                rounds.stream().mapToInt(Arrived::again).sum());
        figures.add(broker, "rate", "1/s", median(rounds, Arrived::perSecond));
        figures.add(broker, "p50", "ms", median(rounds, round -> Figures.millis(round.times(), 50)));
        figures.add(broker, "p99", "ms", median(rounds, round -> Figures.millis(round.times(), 99)));
    }

    /** In a process that has just been started, so that nothing is left of the rounds before. */
    private void memory(Broker broker, Figures figures) throws IOException, BenchFailed, InterruptedException {
        int devices = ground.plan().devices();
        ground.tell("connect: memory of " + devices + " idle connections, " + broker.name());
        broker.kill();
        broker.start();
        if (broker.isOurs()) {
            // what Java loads and compiles for its first connections is not what one needs
            var unused = connectAndEnd(broker, Math.min(WARM_UP_CONNECTIONS, devices));
        }
        long before = broker.memory();
        var arrived = new Arrivals(ground.network(), broker, 0)
                .connect(ground.devices(), ground.plan().atOnce());
        broker.settle();
        long idle = broker.memory();
        figures.add(broker, "memory-before", "MB", before / 1e6);
        figures.add(broker, "memory-idle", "MB", idle / 1e6);
        figures.add(broker, "memory-per-connection", "kB", (idle - before) / 1e3 / devices);
        figures.add(broker, "resident-idle", "MB", broker.resident() / 1e6);
        Arrivals.end(arrived.links(), broker);
    }

    static double median(List<Arrived> rounds, ToDoubleFunction<Arrived> figure) {
        var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
                .average()
                .orElse(Double.NaN);
    }
}
