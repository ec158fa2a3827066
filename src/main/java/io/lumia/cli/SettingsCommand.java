package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia settings}: what a running Lumia goes by, and what can be changed without a restart. */
@Command(
        name = "settings",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and changes the settings of a running Lumia, or has it read its files again.",
        subcommands = {SettingsCommand.Show.class, SettingsCommand.Change.class, SettingsCommand.Reload.class})
public final class SettingsCommand {
    private static final String EXIT_CODES = "Exit codes: 0 done, 1 refused or failed, 2 usage%n";

    /** {@code lumia settings list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows each setting in force and where it comes from; those with * can change at run time.",
            exitCodeListHeading = EXIT_CODES)
    static final class Show implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Option(names = "--changed", description = "Only what is no default")
        private boolean changed;

        @Override
        public Integer call() {
            return admin.run(client -> client.get("/settings"), (answer, out) -> {
                var table = new Table("", "SETTING", "VALUE", "SOURCE");
                for (JsonNode setting : answer.path("settings")) {
                    if (!changed || !setting.path("source").asText().equals("default")) {
                        table.row(
                                setting.path("atOnce").asBoolean() ? "*" : "",
                                setting.path("key").asText(),
                                setting.path("value").asText(),
                                setting.path("source").asText());
                    }
                }
                table.print(out);
                tellRestart(answer, out);
            });
        }
    }

    /** {@code lumia settings set}. */
    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Changes settings until the next start; KEY= gives one back to the configuration.",
            exitCodeListHeading = EXIT_CODES)
    static final class Change implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(
                paramLabel = "KEY=VALUE",
                arity = "1..*",
                description =
                        "log.level, expiry.warning, expiry.critical; the whitelist is changed by 'lumia provisioning'")
        private Map<String, String> values = Map.of();

        @Override
        public Integer call() {
            var body = AdminClient.JSON.createObjectNode();
            values.forEach((key, value) -> {
                if (value.isEmpty()) {
                    body.putNull(key);
                } else {
                    body.put(key, value);
                }
            });
            return admin.run(client -> client.send("PATCH", "/settings", body), SettingsCommand::tellChanged);
        }
    }

    /** {@code lumia settings reload}. */
    @Command(
            name = "reload",
            mixinStandardHelpOptions = true,
            description = "Has the configuration files read again, now.",
            exitCodeListHeading = EXIT_CODES)
    static final class Reload implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            var nothing = AdminClient.JSON.createObjectNode();
            return admin.run(client -> client.send("POST", "/settings/reload", nothing), SettingsCommand::tellChanged);
        }
    }

    private static void tellChanged(JsonNode answer, PrintWriter out) {
        var changed = names(answer.path("changed"));
        out.println(changed.isEmpty() ? "nothing is different" : "changed: " + changed);
        tellRestart(answer, out);
    }

    private static void tellRestart(JsonNode answer, PrintWriter out) {
        var restart = names(answer.path("needRestart"));
        if (!restart.isEmpty()) {
            out.println("from the next start: " + restart);
        }
    }

    private static String names(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(", "));
    }
}
