package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandContractTest {
    /** Its answer is a file. */
    private static final Set<String> WITHOUT_JSON = Set.of("export");

    @ParameterizedTest
    @MethodSource("leaves")
    void every_command_on_the_admin_api_speaks_json_and_tells_its_exit_codes(String name, CommandLine command) {
        var spec = command.getCommandSpec();
        assertThat(spec.usageMessage().description()).as(name).isNotEmpty();
        assertThat(command.getUsageMessage()).as(name).contains("Exit codes");
        assertThat(spec.optionsMap().containsKey("--help")).as(name).isTrue();
        if (!WITHOUT_JSON.contains(spec.name())) {
            assertThat(spec.optionsMap().containsKey("--json")).as(name).isTrue();
        }
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> leaves() {
        return Stream.of(
                        new IssueCommand(),
                        new ListCommand(),
                        new RevokeCommand(),
                        new ProvisioningCommand(),
                        new DevicesCommand(),
                        new ExternalKeysCommand(),
                        new AuditCommand(),
                        new SettingsCommand())
                .map(CommandLine::new)
                .flatMap(CommandContractTest::leaves)
                .map(leaf -> org.junit.jupiter.params.provider.Arguments.of(
                        leaf.getCommandSpec().qualifiedName(), leaf));
    }

    private static Stream<CommandLine> leaves(CommandLine command) {
        return command.getSubcommands().isEmpty()
                ? Stream.of(command)
                : command.getSubcommands().values().stream().flatMap(CommandContractTest::leaves);
    }

    @Test
    void a_name_from_outside_does_not_move_the_cursor_of_a_terminal() {
        var out = new StringWriter();
        var table = new Table("NAME");
        table.row("evil\u001b[2J\u009b31m\u202e\nname");
        var print = new PrintWriter(out);
        table.print(print);
        print.flush();
        assertThat(out.toString()).isEqualToNormalizingNewlines("NAME\nevil\\u001b[2J\\u009b31m\\u202e\\nname\n");
    }
}
