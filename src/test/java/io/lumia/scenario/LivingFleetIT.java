package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One command to a living fleet: an empty directory, 26 connections by mTLS, telemetry, and a clean end. */
class LivingFleetIT {
    private static final int IDENTITIES = 26;

    @TempDir
    Path directory;

    @Test
    void enrols_connects_talks_and_stops_in_order() throws Exception {
        var data = directory.resolve("data");
        try (var lumia = LumiaProcess.fleet(1, data)
                .with("swarm.telemetry-interval", "500ms")
                .with("expiry.watch.nobody.endpoint", "127.0.0.1:1")
                .start()) {
            lumia.awaitReady().awaitConnections(IDENTITIES);
            lumia.await(
                    "telemetry of every device",
                    () -> lumia.metric("lumia_mqtt_delivery_seconds_count", "qos=\"1\"") >= 2 * (IDENTITIES - 1));
            double before = lumia.metric("lumia_mqtt_publishes_total", "direction=\"in\"");
            lumia.await(
                    "more telemetry",
                    () -> lumia.metric("lumia_mqtt_publishes_total", "direction=\"in\"") >= before + IDENTITIES);
            lumia.await(
                    "answers to commands",
                    () -> lumia.metric("lumia_command_results_total", "result=\"answered\"") >= 3);
            assertThat(lumia.metric("lumia_command_duration_seconds_count")).isGreaterThanOrEqualTo(3);
            assertThat(lumia.metric("lumia_command_results_total", "result=\"timed_out\""))
                    .isZero();
            assertThat(lumia.metric("lumia_command_results_total", "result=\"unmatched\""))
                    .isZero();
            assertThat(lumia.metric("lumia_mqtt_connections")).isEqualTo(IDENTITIES);
            assertThat(lumia.metric("lumia_mqtt_denied_total")).isZero();
            ContractMetrics.hold(lumia.scrape());
            assertThat(lumia.outLines()).anyMatch(line -> line.startsWith("All 25 devices are connected after "));
            assertThat(wrongModes(data)).isEmpty();

            assertThat(lumia.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
            endsInOrder(lumia);
            saysNothingAlarming(lumia);
        }
    }

    /** The system is told as stopping before anything closes, and everything is closed when it says so. */
    private static void endsInOrder(LumiaProcess lumia) {
        var log = lumia.errLines();
        int stopping = indexOf(log, "INFO  RunCommand: stopping");
        int stopped = indexOf(log, "INFO  RunCommand: stopped");
        assertThat(stopping).as(lumia.printed()).isPositive();
        assertThat(stopped).isGreaterThan(stopping).isEqualTo(log.size() - 1);
        assertThat(indexOf(log, "CaDirectory: made a new CA"))
                .isBetween(0, indexOf(log, "ListenerCertificate: listener serves certificate") - 1);
    }

    private static int indexOf(List<String> log, String part) {
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).contains(part)) {
                return i;
            }
        }
        return -1;
    }

    private static void saysNothingAlarming(LumiaProcess lumia) {
        var alarming = lumia.errLines().stream()
                .filter(line -> !line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} (INFO|DEBUG) .*"))
                .filter(line -> !line.contains("made a password for the CA's keys"))
                .filter(line -> !line.contains("identity=watched:nobody"))
                .filter(line -> !line.contains("BlockedThreadChecker")) // says that the machine is slow
                .toList();
        assertThat(alarming)
                .as("log lines that are no INFO, besides the password's warning")
                .isEmpty();
    }

    /** Files whose mode is not that of the contract: keys and other secrets 0600, certificates 0644, directories 0700. */
    private static List<String> wrongModes(Path data) throws IOException {
        var wrong = new ArrayList<String>();
        int keys = 0;
        int certificates = 0;
        try (var all = Files.walk(data)) {
            for (Path path : all.filter(file -> !Files.isSymbolicLink(file)).toList()) {
                var name = path.getFileName().toString();
                boolean key = name.endsWith("key.pem")
                        || name.endsWith(".key")
                        || List.of("password", "admin-token", "audit.jsonl").contains(name)
                        || name.startsWith("lumia.db");
                boolean certificate = !key && (name.endsWith(".pem") || name.endsWith(".crt"));
                keys += key ? 1 : 0;
                certificates += certificate ? 1 : 0;
                var expected =
                        Files.isDirectory(path) ? "rwx------" : key ? "rw-------" : certificate ? "rw-r--r--" : null;
                var mode =
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
                if (expected != null && !expected.equals(mode)) {
                    wrong.add(path + " is " + mode + ", expected " + expected);
                }
            }
        }
        assertThat(keys).as("secrets looked at").isGreaterThan(2 * IDENTITIES);
        assertThat(certificates).as("certificates looked at").isGreaterThan(3 * IDENTITIES);
        return wrong;
    }
}
