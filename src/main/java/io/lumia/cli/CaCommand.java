package io.lumia.cli;

import picocli.CommandLine.Command;

/** {@code lumia ca}: the certificate authority. */
@Command(
        name = "ca",
        mixinStandardHelpOptions = true,
        description = "Manages the certificate authority.",
        subcommands = {
            CaInitCommand.class,
            CaFingerprintCommand.class,
            CaBootstrapCommand.class,
            CaExportCommand.class,
            CaRotateCommand.class,
            CaRequestCommand.class,
            CaSignIntermediateCommand.class,
            CaInstallCommand.class,
            ExternalKeysCommand.class,
            AcmeListingCommands.Orders.class,
            AcmeListingCommands.Accounts.class
        })
public final class CaCommand {}
