package io.lumia.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lumia.Lumia;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The units that operators install. */
class SystemdTest {
    private static final Path UNITS = Path.of("deploy/systemd");

    @TempDir
    Path directory;

    /** Where systemd is not installed this is skipped, and says so. */
    @Test
    void systemd_finds_nothing_wrong_with_the_units() throws Exception {
        var analyze = Path.of("/usr/bin/systemd-analyze");
        assumeTrue(Files.isExecutable(analyze), "systemd-analyze is not installed");
        var command = new ArrayList<>(List.of(analyze.toString(), "verify", "--man=no"));
        for (Path unit : units()) {
            // Java need not be where Debian puts it
            var text = Files.readString(unit).replace("/usr/bin/java", "/bin/sh");
            command.add(Files.writeString(directory.resolve(unit.getFileName()), text)
                    .toString());
        }
        var log = directory.resolve("log");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(log).lines().filter(line -> line.contains("lumia")))
                .as(Files.readString(log))
                .isEmpty();
        assertThat(process.exitValue()).isZero();
    }

    @ParameterizedTest
    @MethodSource("services")
    void every_service_calls_a_command_that_there_is(Path unit) throws IOException {
        var call = Files.readAllLines(unit).stream()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow();
        var words = Arrays.asList(call.substring(call.indexOf("lumia.jar ") + "lumia.jar ".length())
                .split(" "));
        assertThat(Lumia.commandLine().getSubcommands()).containsKey(words.get(0));
        assertThat(Lumia.commandLine().parseArgs(words.toArray(String[]::new)).hasSubcommand())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("timers")
    void every_timer_is_spread_and_makes_up_for_what_was_missed(Path unit) throws IOException {
        assertThat(unit).content().contains("RandomizedDelaySec=").contains("Persistent=yes");
        assertThat(unit.resolveSibling(unit.getFileName().toString().replace(".timer", ".service")))
                .exists();
    }

    @ParameterizedTest
    @MethodSource("services")
    void every_service_is_kept_in_a_sandbox(Path unit) throws IOException {
        assertThat(unit)
                .content()
                .contains(
                        "NoNewPrivileges=yes",
                        "ProtectSystem=strict",
                        "ProtectHome=yes",
                        "PrivateTmp=yes",
                        "UMask=0077");
    }

    static List<Path> services() throws IOException {
        return units().stream()
                .filter(unit -> unit.toString().endsWith(".service"))
                .toList();
    }

    static List<Path> timers() throws IOException {
        return units().stream()
                .filter(unit -> unit.toString().endsWith(".timer"))
                .toList();
    }

    private static List<Path> units() throws IOException {
        try (var units = Files.list(UNITS)) {
            return units.sorted().toList();
        }
    }
}
