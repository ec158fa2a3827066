package io.lumia.cli;

import io.lumia.bench.BrokerBench.Kind;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lumia bench revocation}. */
@Command(
        name = "revocation",
        mixinStandardHelpOptions = true,
        description = {
            "Revokes certificates of connected devices, one by one and many at once, and tells how long each session lived on.",
            "Then each tries to come back, and nobody else may have been touched. Mosquitto has no means to end live sessions by certificate."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, whether the goals are met or not",
            "1:a subject could not be measured, or something happened that never may",
            "2:wrong usage",
            "130, 143:stopped by Ctrl-C or SIGTERM; processes and directories are removed"
        })
final class BenchRevocationCommand implements Callable<Integer> {
    @Mixin
    private BenchBrokerOptions options = new BenchBrokerOptions();

    @Override
    public Integer call() throws Exception {
        return options.run(Kind.REVOCATION);
    }
}
