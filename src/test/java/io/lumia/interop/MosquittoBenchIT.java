package io.lumia.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's benchmarks run and tell, with Mosquitto beside it; how fast anything is, is not looked at here. */
class MosquittoBenchIT {
    private static final long PATIENCE_SECONDS = 240;
    private static final long LOOK_EVERY_MILLIS = 100;

    /** Where the command makes its temporary directories. */
    @TempDir
    Path temporary;

    @TempDir
    Path outputs;

    @BeforeAll
    static void mosquitto() {
        assumeTrue(
                Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                        .anyMatch(place -> Files.isExecutable(Path.of(place))),
                "mosquitto is not installed");
    }

    @Test
    void connections_cost_something_in_both() throws Exception {
        var figures = figures(report("connect", "--devices", "20", "--rounds", "1"));

        for (String subject : List.of("lumia", "mosquitto")) {
            assertThat(figures.get("connect " + subject + " rate 1/s")).isPositive();
            assertThat(figures.get("connect " + subject + " p99 ms"))
                    .isGreaterThanOrEqualTo(figures.get("connect " + subject + " p50 ms"));
            assertThat(figures).containsKey("connect " + subject + " cpu-per-connection ms");
            assertThat(figures.get("connect " + subject + " memory-idle MB")).isPositive();
        }
    }

    @Test
    void messages_arrive_in_both() throws Exception {
        var figures = figures(report("latency", "--devices", "20", "--rounds", "1", "--seconds", "1", "--rate", "200"));

        for (String subject : List.of("lumia", "mosquitto")) {
            assertThat(figures.get("latency " + subject + " lost 1")).isZero();
            assertThat(figures.get("latency " + subject + " p50 ms")).isPositive();
            assertThat(figures.get("latency " + subject + " qos0-rate 1/s")).isPositive();
            assertThat(figures.get("latency " + subject + " qos1-rate 1/s")).isPositive();
        }
    }

    @Test
    void rotation_drops_and_loses_nothing() throws Exception {
        var figures = figures(report("rotation", "--devices", "20", "--seconds", "2", "--rate", "100"));

        assertThat(figures.get("rotation lumia published 1")).isPositive();
        for (String promise : List.of("dropped", "lost", "duplicated")) {
            assertThat(figures.get("rotation lumia " + promise + " 1"))
                    .as(promise)
                    .isZero();
        }
        assertThat(figures.get("rotation mosquitto lost 1")).isZero();
    }

    @Test
    void revoked_certificates_end_and_stay_out() throws Exception {
        var report = report("revocation", "--devices", "20");
        var figures = figures(report);

        assertThat(figures.get("revocation lumia revoked 1")).isEqualTo(10);
        assertThat(figures.get("revocation lumia readmitted 1")).isZero();
        assertThat(figures.get("revocation lumia others-touched 1")).isZero();
        assertThat(figures.get("revocation lumia at-once-p99 ms")).isPositive();
        assertThat(figures).as("Mosquitto cannot").doesNotContainKey("revocation mosquitto at-once-p99 ms");
    }

    @Test
    void all_come_back_after_a_restart() throws Exception {
        var figures = figures(report("storm", "--devices", "20", "--rounds", "1"));

        for (String subject : List.of("lumia", "mosquitto")) {
            assertThat(figures.get("storm " + subject + " storm-over-handshakes 1"))
                    .isPositive();
        }
    }

    @Test
    void leaves_nothing_behind_when_it_is_stopped() throws Exception {
        var process = start("latency", "--devices", "20", "--seconds", "600");
        try {
            awaitLine(process, "latency: warming up lumia");
            var servers = process.descendants().toList();
            assertThat(servers).isNotEmpty();

            process.destroy();

            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said()).isEqualTo(143);
            for (ProcessHandle server : servers) {
                assertThat(server.onExit()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .isAlive())
                        .isFalse();
            }
            assertThat(directories()).isEmpty();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** By case, subject, metric and unit; without what a subject cannot do. */
    private static Map<String, Double> figures(JsonNode report) {
        var figures = new HashMap<String, Double>();
        for (JsonNode figure : report.path("results")) {
            var name = Stream.of("case", "subject", "metric", "unit")
                    .map(part -> figure.path(part).asText())
                    .toList();
            if (figure.path("value").isNumber()) {
                assertThat(figures.put(
                                String.join(" ", name), figure.path("value").asDouble()))
                        .as("%s is there once", figure)
                        .isNull();
            }
        }
        return figures;
    }

    private JsonNode report(String bench, String... arguments) throws Exception {
        var process = start(
                bench,
                Stream.concat(Stream.of("--json", "--no-warm-up"), Stream.of(arguments))
                        .toArray(String[]::new));
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("it ends\n%s", said())
                    .isTrue();
            assertThat(process.exitValue()).as(said()).isZero();
            assertThat(directories()).isEmpty();
            var report = new ObjectMapper().readTree(outputs.resolve("out").toFile());
            assertThat(report.path("bench").asText()).isEqualTo(bench);
            assertThat(report.path("machine").asText()).contains(" cores, ");
            return report;
        } finally {
            process.destroy();
        }
    }

    private Process start(String bench, String... arguments) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jar = Path.of("target", "lumia.jar").toAbsolutePath();
        assertThat(jar).as("the jar is built before these tests run").isRegularFile();
        var line = new ArrayList<>(List.of(java, "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        line.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-jar", jar.toString(), "bench", bench));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line)
                .redirectOutput(outputs.resolve("out").toFile())
                .redirectError(outputs.resolve("err").toFile())
                .start();
    }

    private void awaitLine(Process process, String line) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!said().contains(line)) {
            assertThat(System.nanoTime()).as("%s\n%s", line, said()).isLessThan(end);
            assertThat(process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS))
                    .as("it ended by itself\n%s", said())
                    .isFalse();
        }
    }

    private String said() throws Exception {
        return Files.readString(outputs.resolve("err"), UTF_8);
    }

    private List<Path> directories() throws Exception {
        try (var left = Files.list(temporary)) {
            return left.filter(path -> path.getFileName().toString().startsWith("lumia-bench-"))
                    .toList();
        }
    }
}
