package io.lumia.scenario;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Three nodes under load, one of which is killed, cut off, paused or replaced, round after round; then everything is looked at. */
public final class NodesSoak {
    private static final int NODES = 3;

    private final Path directory;
    private final Random random;
    private final Duration pause;

    /**
     * @param pause how long a node sleeps; longer than leases and the limits of statements to see what it does afterwards
     */
    public NodesSoak(Path directory, long seed, Duration pause) {
        this.directory = directory;
        this.random = new Random(seed);
        this.pause = pause;
    }

    private enum Round {
        KILL,
        PARTITION,
        DATABASE,
        PAUSE,
        REPLACE
    }

    /**
     * What came of it.
     *
     * @param violations empty when all held
     */
    public record Result(List<String> violations, int certificates, int revoked, int replays, String summary) {}

    /** Runs each kind of round in turn, until there were so many. */
    public Result run(int rounds) throws Exception {
        try (var network = new NodesNetwork(NODES);
                var load = new NodesLoad(network.outside());
                var lab = new NodesLab(directory, NODES, network, load.challengePort())) {
            long began = System.nanoTime();
            lab.start();
            var checks = new NodesChecks(lab, load.ledger);
            load.begin(lab, checks);
            let(Duration.ofSeconds(4));
            for (int round = 0; round < rounds; round++) {
                var kind = Round.values()[round % Round.values().length];
                int node = 1 + random.nextInt(NODES);
                disturb(lab, kind, node);
                System.out.printf(
                        "soak: round %d, %s of node %d, after %d s: %s%n",
                        round + 1,
                        kind.name().toLowerCase(java.util.Locale.ROOT),
                        node,
                        Duration.ofNanos(System.nanoTime() - began).toSeconds(),
                        load.ledger);
            }
            let(Duration.ofSeconds(3));
            load.stop();
            let(Duration.ofSeconds(5));
            checks.isListed();
            var ledger = load.ledger;
            var violations = checks.database();
            System.out.println("soak: " + (violations.isEmpty() ? "all held" : violations));
            if (!violations.isEmpty()) {
                lab.tellLogs();
            }
            return new Result(
                    violations, ledger.received.size(), ledger.revoked.size(), ledger.replays.get(), ledger.toString());
        }
    }

    private void disturb(NodesLab lab, Round kind, int node) throws Exception {
        switch (kind) {
            case KILL -> {
                lab.node(node).kill();
                let(between(2, 5));
                lab.start(node);
            }
            case PARTITION -> {
                lab.network.isolate(node);
                let(between(5, 10));
                lab.network.heal(node);
            }
            case DATABASE -> {
                lab.cutDatabase(node);
                let(between(4, 8));
                lab.giveDatabase(node);
            }
            case PAUSE -> {
                lab.away(node);
                lab.node(node).signal("STOP");
                // a balancer looks every few seconds whether its servers live
                let(Duration.ofSeconds(3));
                lab.front.drop(node - 1);
                let(pause);
                lab.node(node).signal("CONT");
                lab.back(node);
                lab.front.admit(node - 1);
            }
            case REPLACE -> {
                lab.front.drop(node - 1);
                lab.node(node).stop();
                lab.start(node);
            }
        }
        let(between(2, 4));
    }

    private Duration between(int least, int most) {
        return Duration.ofMillis(1000L * least + random.nextInt(1000 * (most - least)));
    }

    private static void let(Duration time) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
    }
}
