package io.lumia.bench;

import io.lumia.bench.BrokerBench.Ground;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long messages take at a fixed rate, and how many a second get through at most. */
final class LatencyMeasurement implements Measurement {
    private static final double[] PERCENTILES = {50, 99, 99.9};
    private static final int PUBLISHERS = 4;
    private static final int MOST_SLICES = 8;
    private static final double MOST_COMPILING = 0.15;

    private final Ground ground;

    LatencyMeasurement(Ground ground) {
        this.ground = ground;
    }

    /** @param latency one for each of {@link #PERCENTILES}, in milliseconds */
    private record Round(List<Double> latency, double microsEach, int lost) {}

    @Override
    public List<Figure> run(List<Broker> brokers) throws BenchFailed, InterruptedException {
        var figures = new Figures("latency");
        atFixedRate(brokers, figures);
        for (Broker broker : brokers) {
            for (int qos = 0; qos <= 1; qos++) {
                asFastAsItGoes(broker, qos, figures);
            }
        }
        return figures.all();
    }

    private void atFixedRate(List<Broker> brokers, Figures figures) throws BenchFailed, InterruptedException {
        Map<Broker, List<Round>> rounds = new LinkedHashMap<>();
        if (ground.plan().warmUp()) {
            for (Broker broker : brokers) {
                warmUp(broker);
            }
        }
        for (int round = 1; round <= ground.plan().rounds(); round++) {
            for (Broker broker : brokers) {
                ground.tell("latency: round " + round + " of " + ground.plan().rounds() + ", " + broker.name());
                rounds.computeIfAbsent(broker, first -> new ArrayList<>()).add(round(broker));
            }
        }
        rounds.forEach((broker, all) -> {
            for (int i = 0; i < PERCENTILES.length; i++) {
                int which = i;
                figures.add(
                        broker,
                        "p" + Double.toString(PERCENTILES[i]).replaceAll("\\.0$", ""),
                        "ms",
                        median(all.stream()
                                .mapToDouble(each -> each.latency.get(which))
                                .toArray()));
            }
            figures.add(
                    broker,
                    "cpu-per-message",
                    "us",
                    median(all.stream().mapToDouble(Round::microsEach).toArray()));
            figures.add(broker, "lost", "1", all.stream().mapToInt(Round::lost).sum());
        });
    }

    /** Until Java hardly compiles any more for these messages. */
    private void warmUp(Broker broker) throws BenchFailed, InterruptedException {
        var traffic = new Traffic(ground, broker, 0);
        var pace = traffic.pace(ground.plan().rate());
        for (int slice = 1; slice <= MOST_SLICES; slice++) {
            ground.tell("latency: warming up " + broker.name());
            var cpu = broker.cpu();
            var compiling = broker.compiling();
            Thread.sleep(ground.plan().seconds() * 1000L);
            if (broker.compiling().minus(compiling).toNanos()
                    < MOST_COMPILING * broker.cpu().minus(cpu).toNanos()) {
                break;
            }
        }
        pace.stop();
        traffic.drain();
        traffic.end();
    }

    private Round round(Broker broker) throws BenchFailed, InterruptedException {
        var traffic = new Traffic(ground, broker, 0);
        var pace = traffic.pace(ground.plan().rate());
        if (ground.plan().warmUp()) {
            Thread.sleep(ground.plan().seconds() * 500L);
        }
        var unused = traffic.observer().lateness();
        var cpu = broker.cpu();
        int before = traffic.published();
        Thread.sleep(ground.plan().seconds() * 1000L);
        var took = broker.cpu().minus(cpu);
        int published = traffic.published() - before;
        var lateness = traffic.observer().lateness();
        pace.stop();
        traffic.drain();
        int lost = traffic.observer().missing();
        traffic.end();
        var latency = Arrays.stream(PERCENTILES)
                .mapToObj(percentile -> Figures.millis(lateness, percentile))
                .toList();
        return new Round(latency, took.toNanos() / 1e3 / published, lost);
    }

    private void asFastAsItGoes(Broker broker, int qos, Figures figures) throws BenchFailed, InterruptedException {
        ground.tell("latency: " + PUBLISHERS + " publishers at QoS " + qos + ", " + broker.name());
        var flood = new Flood(ground, broker, ground.devices().subList(0, PUBLISHERS), qos);
        flood.begin();
        if (ground.plan().warmUp()) {
            Thread.sleep(ground.plan().seconds() * 1000L);
        }
        var rates = new ArrayList<Double>();
        var costs = new ArrayList<Double>();
        for (int round = 0; round < ground.plan().rounds(); round++) {
            var cpu = broker.cpu();
            long before = flood.received();
            long begun = System.nanoTime();
            Thread.sleep(ground.plan().seconds() * 1000L);
            long through = flood.received() - before;
            rates.add(through * 1e9 / (System.nanoTime() - begun));
            costs.add(broker.cpu().minus(cpu).toNanos() / 1e3 / through);
        }
        flood.end();
        figures.add(broker, "qos" + qos + "-rate", "1/s", median(values(rates)));
        figures.add(broker, "qos" + qos + "-cpu-per-message", "us", median(values(costs)));
    }

    private static double[] values(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return Arrays.stream(values, (values.length - 1) / 2, values.length / 2 + 1)
                .average()
                .orElse(Double.NaN);
    }
}
