package io.lumia.cli;

import io.lumia.bench.BrokerBench.Kind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lumia bench latency}. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how long messages take and what they cost, side by side with Mosquitto where it is installed.",
            "First many devices to one subscriber at a fixed rate, QoS 1, timed from when each message was due; then four publishers to one subscriber as fast as it takes them."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, whether the goals are met or not",
            "1:a subject could not be measured, or something happened that never may",
            "2:wrong usage",
            "130, 143:stopped by Ctrl-C or SIGTERM; processes and directories are removed"
        })
final class BenchLatencyCommand implements Callable<Integer> {
    @Mixin
    private BenchBrokerOptions options = new BenchBrokerOptions();

    @Override
    public Integer call() throws Exception {
        return options.run(Kind.LATENCY);
    }
}
