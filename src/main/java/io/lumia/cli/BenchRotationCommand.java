package io.lumia.cli;

import io.lumia.bench.BrokerBench.Kind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lumia bench rotation}. */
@Command(
        name = "rotation",
        mixinStandardHelpOptions = true,
        description = {
            "Replaces the broker's certificate ten times and every device's once while all devices publish QoS 1, with Mosquitto by SIGHUP.",
            "Tells connections that the broker dropped, messages lost or duplicated without cause, and latency before and during it."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, whether the goals are met or not",
            "1:a subject could not be measured, or something happened that never may",
            "2:wrong usage",
            "130, 143:stopped by Ctrl-C or SIGTERM; processes and directories are removed"
        })
final class BenchRotationCommand implements Callable<Integer> {
    @Mixin
    private BenchBrokerOptions options = new BenchBrokerOptions();

    @Override
    public Integer call() throws Exception {
        return options.run(Kind.ROTATION);
    }
}
