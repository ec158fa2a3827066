package io.lumia.cli;

import io.lumia.bench.BrokerBench.Kind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lumia bench storm}. */
@Command(
        name = "storm",
        mixinStandardHelpOptions = true,
        description = {
            "Kills the broker, starts it again and lets all devices reconnect at once, side by side with Mosquitto where it is installed.",
            "Compares with what the handshakes alone cost: the same connections in good order after the same start."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, whether the goals are met or not",
            "1:a subject could not be measured, or something happened that never may",
            "2:wrong usage",
            "130, 143:stopped by Ctrl-C or SIGTERM; processes and directories are removed"
        })
final class BenchStormCommand implements Callable<Integer> {
    @Mixin
    private BenchBrokerOptions options = new BenchBrokerOptions();

    @Override
    public Integer call() throws Exception {
        return options.run(Kind.STORM);
    }
}
