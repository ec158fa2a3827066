package io.lumia.scenario;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Certificates by ACME a second, of one node and of several on the same machine, by the same clients. */
public final class NodesThroughput {
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration MEASURED = Duration.ofSeconds(30);
    private static final int CLIENTS = 12;

    private final Path directory;

    public NodesThroughput(Path directory) {
        this.directory = directory;
    }

    /** @return certificates a second */
    public double of(int nodes) throws Exception {
        try (var network = new NodesNetwork(nodes);
                var load = new NodesLoad(network.outside());
                var lab = new NodesLab(directory.resolve("of-" + nodes), nodes, network, load.challengePort())) {
            lab.start();
            load.orderOnly(lab, new NodesChecks(lab, load.ledger), CLIENTS);
            TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
            int before = load.ledger.orders.get();
            long began = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(MEASURED.toMillis());
            double rate = (load.ledger.orders.get() - before) * 1e9 / (System.nanoTime() - began);
            load.stop();
            return rate;
        }
    }
}
