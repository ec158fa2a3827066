package io.lumia;

import io.lumia.cli.AuditCommand;
import io.lumia.cli.BackupCommand;
import io.lumia.cli.BenchCommand;
import io.lumia.cli.CaCommand;
import io.lumia.cli.CheckCommand;
import io.lumia.cli.CommandGroups;
import io.lumia.cli.ConfigCommand;
import io.lumia.cli.DemoCommand;
import io.lumia.cli.DevicesCommand;
import io.lumia.cli.IssueCommand;
import io.lumia.cli.ListCommand;
import io.lumia.cli.PlainFailures;
import io.lumia.cli.ProvisioningCommand;
import io.lumia.cli.RenewCommand;
import io.lumia.cli.RestoreCommand;
import io.lumia.cli.RevokeCommand;
import io.lumia.cli.RotateFleetCommand;
import io.lumia.cli.RunCommand;
import io.lumia.cli.SettingsCommand;
import io.lumia.cli.SimulateCommand;
import io.lumia.cli.SwarmCommand;
import io.lumia.cli.TokensCommand;
import io.lumia.cli.Version;
import io.lumia.cli.VersionCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program. Exit codes: 0 done, 1 failed, 2 not understood; a command may add its own. */
@Command(
        name = "lumia",
        description = "Certificate lifecycle for MQTT device fleets over mutual TLS.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Exit codes: 0 done, 1 failed, 2 not understood."},
        subcommands = {
            RunCommand.class,
            SwarmCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            IssueCommand.class,
            ListCommand.class,
            RevokeCommand.class,
            SimulateCommand.class,
            TokensCommand.class,
            VersionCommand.class,
            RenewCommand.class,
            CheckCommand.class,
            ProvisioningCommand.class,
            DevicesCommand.class,
            RotateFleetCommand.class,
            CaCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            AuditCommand.class,
            ConfigCommand.class,
            SettingsCommand.class
        })
public final class Lumia implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces of failures.")
    private boolean debug;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    private Lumia() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, ready to parse and run. */
    public static CommandLine commandLine() {
        var lumia = new Lumia();
        var commandLine = new CommandLine(lumia);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler(
                new PlainFailures(() -> lumia.debug || System.getenv("LUMIA_DEBUG") != null));
        return CommandGroups.show(commandLine);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}
