package io.lumia.bench;

import java.io.IOException;
import java.util.List;

/** One of the broker's benchmarks. */
interface Measurement {
    /** Measures the brokers in turns. */
    List<Figure> run(List<Broker> brokers) throws IOException, BenchFailed, InterruptedException;
}
