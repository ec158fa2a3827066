package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.Lumia;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void check_passes_what_would_start() {
        assertThat(lumia(
                        "config",
                        "check",
                        "--data",
                        directory.resolve("new/data").toString()))
                .isZero();
        assertThat(out).hasToString("The configuration is fine." + System.lineSeparator());
    }

    @Test
    void every_command_has_help() {
        for (String command : List.of("run", "demo", "issue", "list", "revoke", "provisioning", "devices", "config")) {
            assertThat(lumia(command, "--help")).as(command).isZero();
        }
        assertThat(err).hasToString("");
    }

    @Test
    void takes_no_secret_from_an_argument_in_whatever_form() {
        for (String setting : List.of("web.token=0123456789abcdef", "web={token: 0123456789abcdef}")) {
            assertThat(lumia("config", "check", "--set", setting)).as(setting).isEqualTo(1);
        }
        assertThat(err.toString()).contains("web.token: a secret is not taken from --set");
    }

    @Test
    void check_tells_of_files_that_a_start_would_stumble_over() throws IOException {
        var file = Files.writeString(directory.resolve("file"), "");
        var code = lumia(
                "config",
                "check",
                "--data",
                file.resolve("data").toString(),
                "--set",
                "broker.acl-file=/nowhere/acl.yaml");
        assertThat(code).isEqualTo(1);
        assertThat(err.toString())
                .contains("data: the directory " + file.resolve("data") + " cannot be written")
                .contains("broker.acl-file: the file /nowhere/acl.yaml does not exist")
                .doesNotContain("\tat ");
    }

    @Test
    void show_tells_what_was_changed_and_where_and_hides_secrets() throws IOException {
        var file = Files.writeString(directory.resolve("my.yaml"), "authority:\n  password: hush-hush\n");
        var code = lumia(
                "config",
                "show",
                "--json",
                "--changed",
                "--profile",
                "reference",
                "--config",
                file.toString(),
                "--set",
                "broker.port=0");

        assertThat(code).isZero();
        JsonNode settings = new ObjectMapper().readTree(out.toString());
        assertThat(settings).hasSizeGreaterThanOrEqualTo(2);
        assertThat(out.toString())
                .doesNotContain("hush-hush")
                .contains("\"********\"", file + ", line 2", "\"broker.port\"", "\"--set\"");
    }

    @Test
    void what_is_not_understood_exits_with_2() {
        assertThat(lumia("nosuch")).isEqualTo(2);
        assertThat(lumia()).isEqualTo(2);
        assertThat(lumia("config")).isEqualTo(2);
        assertThat(lumia("config", "show", "--nosuch")).isEqualTo(2);
    }

    @Test
    void help_lists_every_command_under_a_heading() {
        assertThat(lumia("--help")).isZero();
        Lumia.commandLine()
                .getSubcommands()
                .keySet()
                .forEach(name -> assertThat(out.toString()).containsPattern("(?m)^  " + name + " "));
        assertThat(out.toString()).doesNotContain("Other");
    }

    private int lumia(String... arguments) {
        return Lumia.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
