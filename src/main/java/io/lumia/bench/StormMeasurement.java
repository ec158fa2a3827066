package io.lumia.bench;

import io.lumia.bench.Arrivals.Arrived;
import io.lumia.bench.BrokerBench.Ground;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All devices reconnect at once after the broker was killed and started, beside the same number in good order after the same start. */
final class StormMeasurement implements Measurement {
    private final Ground ground;

    StormMeasurement(Ground ground) {
        this.ground = ground;
    }

    @Override
    public List<Figure> run(List<Broker> brokers) throws IOException, BenchFailed, InterruptedException {
        var figures = new Figures("storm");
        for (Broker broker : brokers) {
            var orderly = new ArrayList<Arrived>();
            var storm = new ArrayList<Arrived>();
            for (int round = 1; round <= ground.plan().rounds(); round++) {
                ground.tell("storm: round " + round + " of " + ground.plan().rounds() + ", "
                        + ground.plan().atOnce() + " at once, " + broker.name());
                orderly.add(afterRestart(broker, ground.plan().atOnce()));
                ground.tell(
                        "storm: round " + round + " of " + ground.plan().rounds() + ", all at once, " + broker.name());
                storm.add(afterRestart(broker, ground.plan().devices()));
            }
            tell(broker, orderly, storm, figures);
        }
        return figures.all();
    }

    private Arrived afterRestart(Broker broker, int atOnce) throws IOException, BenchFailed, InterruptedException {
        broker.kill();
        broker.start();
        broker.settle();
        var arrived = new Arrivals(ground.network(), broker, 0).connect(ground.devices(), atOnce);
        Arrivals.end(arrived.links(), broker);
        return arrived;
    }

    private static void tell(Broker broker, List<Arrived> orderly, List<Arrived> storm, Figures figures) {
        double handshakes =
                median(orderly.stream().mapToDouble(StormMeasurement::seconds).toArray());
        double all =
                median(storm.stream().mapToDouble(StormMeasurement::seconds).toArray());
        figures.add(broker, "storm", "s", all);
        figures.add(broker, "handshakes-alone", "s", handshakes);
        figures.add(broker, "storm-over-handshakes", "1", all / handshakes);
        figures.add(
                broker,
                "tried-again",
                "1",
                storm.stream().mapToInt(Arrived::again).sum());
        figures.add(
                broker, "storm-cpu-per-connection", "ms", ConnectMeasurement.median(storm, Arrived::brokerMillisEach));
        figures.add(
                broker,
                "handshakes-cpu-per-connection",
                "ms",
                ConnectMeasurement.median(orderly, Arrived::brokerMillisEach));
    }

    private static double seconds(Arrived arrived) {
        return arrived.elapsed().toNanos() / 1e9;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return Arrays.stream(values, (values.length - 1) / 2, values.length / 2 + 1)
                .average()
                .orElse(Double.NaN);
    }
}
