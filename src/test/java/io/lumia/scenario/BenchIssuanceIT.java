package io.lumia.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement of issuing runs and tells; how fast anything is, is not looked at here. */
class BenchIssuanceIT {
    private static final List<String> CASES = List.of("acme", "acme-one", "sign", "renew", "renew-connect", "rekey");
    private static final long PATIENCE_SECONDS = 240;
    private static final long LOOK_EVERY_MILLIS = 100;

    /** Where the command makes its temporary directories. */
    @TempDir
    Path temporary;

    @TempDir
    Path outputs;

    @Test
    void measures_every_case_of_lumia() throws Exception {
        var report = report("--subjects", "lumia");

        assertThat(report.path("bench").asText()).isEqualTo("issuance");
        assertThat(report.path("machine").asText()).contains(" cores, ");
        everyCaseWasDone(figures(report), "lumia");
        assertThat(report.path("goals")).isNotEmpty();
    }

    @Test
    void measures_step_ca_with_the_same_load() throws Exception {
        assumeTrue(onPath("step") && onPath("step-ca"), "step and step-ca are not installed");

        var figures = figures(report());

        everyCaseWasDone(figures, "lumia");
        everyCaseWasDone(figures, "step-ca");
        for (String each : CASES) {
            assertThat(figures.get(each + " lumia rate-ratio 1")).as(each).isPositive();
        }
    }

    @Test
    void leaves_nothing_behind_when_it_is_stopped() throws Exception {
        var process = start("--subjects", "lumia", "--cases", "renew", "--seconds", "60");
        try {
            awaitLine(process, "renew: warming up lumia");
            var servers = process.descendants().toList();
            assertThat(servers).isNotEmpty();

            process.destroy();

            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
            for (ProcessHandle server : servers) {
                assertThat(server.onExit()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .isAlive())
                        .isFalse();
            }
            assertThat(directories()).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    private static void everyCaseWasDone(Map<String, Double> figures, String subject) {
        for (String each : CASES) {
            var of = each + " " + subject + " ";
            assertThat(figures.get(of + "operations 1")).as(of).isPositive();
            assertThat(figures.get(of + "errors 1")).as(of).isZero();
            assertThat(figures.get(of + "rate 1/s")).as(of).isPositive();
            assertThat(figures.get(of + "p50 ms")).as(of).isPositive();
            assertThat(figures.get(of + "p99 ms")).as(of).isGreaterThanOrEqualTo(figures.get(of + "p50 ms"));
            assertThat(figures).as(of).containsKey(of + "cpu-per-operation ms");
        }
    }

    /** By case, subject, metric and unit. */
    private static Map<String, Double> figures(JsonNode report) {
        var figures = new HashMap<String, Double>();
        for (JsonNode figure : report.path("results")) {
            var name = Stream.of("case", "subject", "metric", "unit")
                    .map(part -> figure.path(part).asText())
                    .toList();
            assertThat(figure.path("value").isNumber()).as("%s", figure).isTrue();
            assertThat(figures.put(String.join(" ", name), figure.path("value").asDouble()))
                    .as("%s is there once", figure)
                    .isNull();
        }
        return figures;
    }

    private JsonNode report(String... arguments) throws Exception {
        var process = start(Stream.concat(Stream.of("--json", "--seconds", "1", "--warm-up", "0"), Stream.of(arguments))
                .toArray(String[]::new));
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("it ends\n%s", said())
                    .isTrue();
            assertThat(process.exitValue()).as(said()).isZero();
            assertThat(directories()).isEmpty();
            return new ObjectMapper().readTree(outputs.resolve("out").toFile());
        } finally {
            process.destroy();
        }
    }

    private Process start(String... arguments) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jar = Path.of("target", "lumia.jar").toAbsolutePath();
        assertThat(jar).as("the jar is built before these tests run").isRegularFile();
        var line = new ArrayList<>(List.of(java, "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        line.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-jar", jar.toString(), "bench", "issuance"));
        line.addAll(List.of("--rounds", "1", "--concurrency", "4"));
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

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }
}
