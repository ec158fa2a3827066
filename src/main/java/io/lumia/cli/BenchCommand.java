package io.lumia.cli;

import picocli.CommandLine.Command;

/** Measurements that everybody can repeat. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures, side by side with a peer where one is installed.",
        subcommands = IssuanceBenchCommand.class)
public final class BenchCommand {}
