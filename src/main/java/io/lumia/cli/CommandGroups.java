package io.lumia.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lists the commands by what one wants to do; a command that no group names comes under the last one. */
public final class CommandGroups {
    private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();
    private static final String OTHER = "Other";

    static {
        GROUPS.put("Run", List.of("run", "swarm", "demo", "simulate", "bench"));
        GROUPS.put("Certificates", List.of("issue", "list", "revoke", "renew", "check"));
        GROUPS.put("Fleet", List.of("provisioning", "devices", "tokens", "rotate-fleet"));
        GROUPS.put("CA and data", List.of("ca", "backup", "restore", "audit"));
        GROUPS.put("Configuration", List.of("config", "settings", "version"));
    }

    private CommandGroups() {}

    /** The same command line with its help grouped. */
    public static CommandLine show(CommandLine commandLine) {
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::render);
        return commandLine;
    }

    private static String render(Help help) {
        var left = new LinkedHashMap<>(help.subcommands());
        var text = new StringBuilder();
        GROUPS.forEach((group, names) -> {
            var there = new LinkedHashMap<String, Help>();
            names.stream().filter(left::containsKey).forEach(name -> there.put(name, left.remove(name)));
            text.append(section(help, group, there));
        });
        return text.append(section(help, OTHER, left)).toString();
    }

    private static String section(Help help, String heading, Map<String, Help> commands) {
        if (commands.isEmpty()) {
            return "";
        }
        var table = TextTable.forColumns(
                help.colorScheme(), new Column(16, 2, Overflow.SPAN), new Column(62, 1, Overflow.WRAP));
        commands.forEach((name, command) -> {
            var description =
                    new ArrayList<>(List.of(command.commandSpec().usageMessage().description()));
            table.addRowValues(name, description.isEmpty() ? "" : description.get(0));
        });
        return "\n" + heading + "\n" + table;
    }
}
