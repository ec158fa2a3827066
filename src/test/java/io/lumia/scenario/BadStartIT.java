package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot work stops the start with one clear sentence and damages nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadStartIT {
    private static final int DEVICES = 2;
    private static final String PASSWORD = "a password of the operator";

    private Path directory;
    private Path data;

    /** A system that has run: CA, store and three identities. */
    @BeforeAll
    void run_a_system(@TempDir Path directory) throws Exception {
        this.directory = directory;
        data = directory.resolve("data");
        try (var lumia = setup(data).start()) {
            lumia.awaitReady().awaitConnections(DEVICES + 1);
            assertThat(lumia.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
    }

    /** After all that went wrong the same system runs as before: everybody is back, nobody enrolled again. */
    @AfterAll
    void a_correct_start_works() throws Exception {
        runsAsBefore();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authority.port",
                "authority.http-port",
                "broker.port",
                "provisioning.port",
                "web.port",
                "metrics.port"
            })
    void a_taken_port_is_named(String key) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var sentence = refusal(setup(data).with(key, taken.getLocalPort()));
            assertThat(sentence)
                    .contains(key)
                    .contains("127.0.0.1:" + taken.getLocalPort())
                    .contains("stop what uses");
        }
    }

    @Test
    void a_file_in_the_place_of_the_data_directory_is_named() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "no directory");
        assertThat(refusal(setup(file)))
                .contains("data: cannot write to the data directory " + file)
                .contains("a file is in its place")
                .contains("--data");
        assertThat(file).hasContent("no directory");
    }

    @Test
    void a_data_directory_that_cannot_be_made_is_named() throws Exception {
        assertThat(refusal(setup(Path.of("/proc/lumia-data"))))
                .contains("data: cannot write to the data directory /proc/lumia-data")
                .contains("it cannot be made there")
                .contains("--data");
    }

    @Test
    void a_second_process_on_the_same_data_is_refused_and_the_first_runs_on() throws Exception {
        try (var first = setup(data).start()) {
            first.awaitReady();
            assertThat(refusal(setup(data)))
                    .contains("another Lumia process runs on the data directory " + data)
                    .contains("--data");
            first.awaitConnections(DEVICES + 1);
            assertThat(first.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
    }

    @Test
    void a_wrong_password_is_told() throws Exception {
        assertThat(refusal(setup(data).environment("LUMIA_AUTHORITY_PASSWORD", "wrong")))
                .contains("root.key")
                .contains("password")
                .contains("LUMIA_AUTHORITY_PASSWORD")
                .doesNotContain("wrong\"");
    }

    @Test
    void a_missing_password_is_told() throws Exception {
        var own = directory.resolve("own-password");
        try (var lumia =
                setup(own).environment("LUMIA_AUTHORITY_PASSWORD", PASSWORD).start()) {
            lumia.awaitReady();
            assertThat(lumia.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
        assertThat(refusal(setup(own))).contains("password").contains("LUMIA_AUTHORITY_PASSWORD");
        assertThat(own.resolve("ca/password")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "root.crt,cut",
        "root.crt,emptied",
        "root.key,cut",
        "root.key,emptied",
        "intermediate.key,removed",
        "intermediate.key,emptied",
        "intermediate.crt,cut",
        "root.key,removed"
    })
    void a_damaged_file_of_the_ca_is_named(String file, String damage) throws Exception {
        var path = data.resolve("ca").resolve(file);
        var whole = Files.readAllBytes(path);
        try {
            switch (damage) {
                case "cut" -> Files.writeString(path, new String(whole, StandardCharsets.US_ASCII).substring(0, 200));
                case "emptied" -> Files.write(path, new byte[0]);
                default -> Files.delete(path);
            }
            assertThat(refusal(setup(data))).contains(file).contains("backup").contains("--data");
            if (damage.equals("removed")) {
                assertThat(path).doesNotExist();
            }
        } finally {
            Files.write(path, whole);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no database at all, but long enough to be looked at as one",
                "SQLite format 3\0 and nothing else"
            })
    void a_corrupt_database_is_named_and_left_alone(String content) throws Exception {
        var path = data.resolve("lumia.db");
        var whole = Files.readAllBytes(path);
        try {
            Files.writeString(path, content);
            assertThat(refusal(setup(data))).contains("lumia.db").contains("backup");
            assertThat(path).hasContent(content);
        } finally {
            Files.write(path, whole);
        }
    }

    @Test
    void everything_wrong_in_the_configuration_is_told_at_once() throws Exception {
        var setup = setup(data)
                .with("broker.prot", 8883)
                .with("lifetimes.device", "soon")
                .with("metrics.port", 70000)
                .environment("LUMIA_SWARM_DEVICES", "many");
        var lines = refused(setup);
        assertThat(lines.get(0)).isEqualTo("lumia: the configuration cannot be used:");
        assertThat(lines)
                .hasSize(4)
                .anySatisfy(line -> assertThat(line)
                        .contains("broker.prot: unknown key")
                        .contains("broker.port")
                        .contains("--set"));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .contains("lifetimes.device")
                        .contains("soon")
                        .contains("24h"));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).contains("metrics").contains("70000"));
    }

    private static LumiaProcess.Setup setup(Path data) throws IOException {
        return LumiaProcess.fleet(2, data).with("swarm.devices", DEVICES);
    }

    /** The one sentence with which the start was refused. */
    private static String refusal(LumiaProcess.Setup setup) throws Exception {
        var lines = refused(setup);
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    /** What was said besides the log. */
    private static List<String> refused(LumiaProcess.Setup setup) throws Exception {
        try (var lumia = setup.start()) {
            assertThat(lumia.exitCode()).as(lumia.printed()).isEqualTo(1);
            assertThat(lumia.outLines()).isEmpty();
            var said = lumia.errLines().stream()
                    .filter(line -> !line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  .*"))
                    .toList();
            assertThat(said).as("no stack trace").noneMatch(line -> line.matches("\\s*\\|?\\s*at .*|.*Exception.*"));
            assertThat(said.get(0)).startsWith("lumia: ");
            return said;
        }
    }

    private void runsAsBefore() throws Exception {
        try (var lumia = setup(data).start()) {
            lumia.awaitReady().awaitConnections(DEVICES + 1);
            assertThat(lumia.certificates())
                    .filteredOn(
                            certificate -> certificate.path("profile").asText().equals("bootstrap"))
                    .hasSize(DEVICES + 1);
            assertThat(lumia.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
    }
}
