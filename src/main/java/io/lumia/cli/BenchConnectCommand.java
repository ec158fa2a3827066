package io.lumia.cli;

import io.lumia.bench.BrokerBench.Kind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lumia bench connect}. */
@Command(
        name = "connect",
        mixinStandardHelpOptions = true,
        description = {
            "Measures what a connection by mTLS costs the broker, side by side with Mosquitto where it is installed.",
            "Processor time for each, rate, time to CONNACK, and memory of an idle connection (of Java after a collection)."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, whether the goals are met or not",
            "1:a subject could not be measured, or something happened that never may",
            "2:wrong usage",
            "130, 143:stopped by Ctrl-C or SIGTERM; processes and directories are removed"
        })
final class BenchConnectCommand implements Callable<Integer> {
    @Mixin
    private BenchBrokerOptions options = new BenchBrokerOptions();

    @Override
    public Integer call() throws Exception {
        return options.run(Kind.CONNECT);
    }
}
