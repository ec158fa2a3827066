package io.lumia.cli;

import picocli.CommandLine.Command;

/** {@code lumia bench}: measurements that anybody can repeat. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Lumia, side by side with a peer where one is installed.",
        subcommands = {
            BenchIssuanceCommand.class,
            BenchConnectCommand.class,
            BenchLatencyCommand.class,
            BenchRotationCommand.class,
            BenchRevocationCommand.class,
            BenchStormCommand.class
        })
public final class BenchCommand {}
