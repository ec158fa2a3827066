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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The units that operators install. */
class SystemdTest {
    private static final Path UNITS = Path.of("deploy/systemd");

    @TempDir
    Path directory;

    @Test
    void systemd_finds_nothing_wrong_with_the_units() throws Exception {
        var units = new ArrayList<String>();
        for (Path unit : units()) {
            units.add(copied(unit).toString());
        }
        // the service as it is on a node of a cluster
        var dropIns = Files.createDirectory(directory.resolve("lumia.service.d"));
        Files.copy(UNITS.resolve("lumia-cluster.conf"), dropIns.resolve("cluster.conf"));
        var found = analyzed("verify", "--man=no", units);
        assertThat(found.lines().filter(line -> line.contains("lumia")))
                .as(found)
                .isEmpty();
    }

    /** From 0 (nothing is open) to 10; what remains is the network, and for the renewal that it is root. */
    @ParameterizedTest
    @MethodSource("services")
    void every_service_leaves_little_open(Path unit) throws Exception {
        var told = analyzed("security", "--offline=true", List.of(copied(unit).toString()));
        var level =
                Pattern.compile("Overall exposure level for \\S+: (\\d+\\.\\d)").matcher(told);
        assertThat(level.find()).as(told).isTrue();
        boolean root = unit.endsWith("lumia-renew.service");
        assertThat(Double.parseDouble(level.group(1))).as(told).isLessThanOrEqualTo(root ? 3 : 2);
    }

    @ParameterizedTest
    @MethodSource("services")
    void every_service_logs_where_the_journal_has_a_limit(Path unit) throws IOException {
        assertThat(unit).content().contains("LogNamespace=lumia");
        assertThat(UNITS.resolve("journald@lumia.conf")).content().contains("SystemMaxUse=", "MaxRetentionSec=");
    }

    /** Java need not be where Debian puts it. */
    private Path copied(Path unit) throws IOException {
        var text = Files.readString(unit).replace("/usr/bin/java", "/bin/sh");
        return Files.writeString(directory.resolve(unit.getFileName()), text);
    }

    /** Where systemd is not installed the test is skipped, and says so. */
    private String analyzed(String what, String option, List<String> units) throws Exception {
        var analyze = Path.of("/usr/bin/systemd-analyze");
        assumeTrue(Files.isExecutable(analyze), "systemd-analyze is not installed");
        var command = new ArrayList<>(List.of(analyze.toString(), what, option));
        command.addAll(units);
        var log = directory.resolve("log");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var told = Files.readString(log);
        assertThat(process.exitValue()).as(told).isZero();
        return told;
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
            return units.filter(unit -> !unit.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
        }
    }
}
