package io.lumia.docs;

import static io.lumia.docs.Markdown.quoted;

import io.lumia.Lumia;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every command with its options and exit codes, as picocli knows them. */
final class CommandsPage {
    /** Of each command alike, told once. */
    private static final Set<String> EVERYWHERE = Set.of("--help", "--version", "--debug");

    private CommandsPage() {}

    static String text() {
        var lumia = Lumia.commandLine();
        var page = new Markdown("Command line reference");
        page.paragraph("""
                `./lumia COMMAND` builds the jar when it is missing or older than a source, and runs it; `java -jar target/lumia.jar COMMAND` is the same \
                without the build. Every command takes `-h`, `--help`, `-V`, `--version` and `--debug` (stack traces of failures). Exit codes are 0 done, \
                1 failed, 2 not understood, unless a command says otherwise.""");
        lumia.getSubcommands().forEach((name, command) -> {
            var children = command.getSubcommands().keySet();
            page.line("- [" + name + "](#" + Markdown.anchor("lumia " + name) + "): " + first(command)
                    + (children.isEmpty() ? "" : " (" + String.join(", ", children) + ")"));
        });
        page.line("");
        lumia.getSubcommands().values().forEach(command -> section(page, command, 2));
        return page.toString();
    }

    private static void section(Markdown page, CommandLine command, int level) {
        var spec = command.getCommandSpec();
        page.heading(level, spec.qualifiedName());
        Arrays.stream(spec.usageMessage().description())
                .map(line -> plain(String.format(line)))
                .forEach(page::paragraph);
        if (spec.userObject() instanceof Callable<?>) {
            page.code(synopsis(command));
            page.table(List.of("parameter", "meaning"), parameters(spec));
            page.table(List.of("option", "meaning"), options(spec));
            exitCodes(page, spec);
        }
        command.getSubcommands().values().forEach(child -> section(page, child, Math.min(level + 1, 4)));
        var footer = Arrays.stream(spec.usageMessage().footer())
                .filter(line -> !line.isBlank())
                .map(line -> plain(String.format(line)))
                .toList();
        if (!footer.isEmpty()) {
            page.code(String.join("\n", footer));
        }
    }

    private static String synopsis(CommandLine command) {
        command.setUsageHelpWidth(130);
        return "./" + plain(command.getHelp().synopsis(2));
    }

    private static List<List<String>> parameters(CommandSpec spec) {
        return spec.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .map(parameter -> List.of(quoted(plain(parameter.paramLabel())), meaning(parameter)))
                .toList();
    }

    private static List<List<String>> options(CommandSpec spec) {
        var rows = new ArrayList<List<String>>();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && !EVERYWHERE.contains(option.longestName())) {
                var value = option.arity().max() == 0 ? "" : " " + plain(option.paramLabel());
                var names = Arrays.stream(option.names())
                        .map(name -> quoted(name + value))
                        .collect(Collectors.joining(", "));
                rows.add(List.of(names, meaning(option) + (option.required() ? " (required)" : "")));
            }
        }
        return rows;
    }

    private static String meaning(ArgSpec argument) {
        return plain(String.join(" ", argument.description()));
    }

    private static void exitCodes(Markdown page, CommandSpec spec) {
        var usage = spec.usageMessage();
        var heading = plain(String.format(usage.exitCodeListHeading())).strip();
        if (!heading.isEmpty()) {
            page.paragraph(heading);
        }
        page.table(
                List.of("exit code", "meaning"),
                usage.exitCodeList().entrySet().stream()
                        .map(code -> List.of(code.getKey().strip(), plain(code.getValue())))
                        .toList());
    }

    private static String first(CommandLine command) {
        var description = command.getCommandSpec().usageMessage().description();
        return description.length == 0 ? "" : plain(String.format(description[0]));
    }

    /** Without picocli's marks of colour. */
    private static String plain(String text) {
        return CommandLine.Help.Ansi.OFF.string(text).strip();
    }
}
