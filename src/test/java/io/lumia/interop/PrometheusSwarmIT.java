package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.FreePort;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes {@code lumia swarm} at work: the dashboard of load tests. */
class PrometheusSwarmIT {
    private static final String FLEET = "127.90.0.0/16";
    private static final String SWARM = "127.91.0.0/16";

    @TempDir
    Path directory;

    @Test
    void every_expression_of_the_load_test_has_a_series() throws Exception {
        ExternalProgram.find("prometheus", Map.of(), directory);
        int challenges = FreePort.anywhere();
        int metrics = FreePort.anywhere();
        var lumia = new RunningLumia(
                directory.resolve("data"),
                FLEET,
                1,
                "authority.acme.http01-port=" + challenges,
                "authority.acme.allowed-networks=" + FLEET + "," + SWARM,
                "provisioning.whitelist=swarm," + SWARM,
                "lifetimes.device=30s");
        try (var swarm = swarm(lumia, challenges, metrics);
                var prometheus = new ScrapingPrometheus(directory, Map.of("swarm", "127.0.0.1:" + metrics))) {
            var open = WatchingExpressions.ofDashboard("load-test.json");
            assertThat(open).hasSizeGreaterThan(15);
            prometheus.awaitNumbers(open);
            assertThat(open)
                    .as("expressions without a number\n%s", swarm.printed())
                    .isEmpty();
        } finally {
            lumia.stop();
        }
    }

    /** One by one, so that enrolments are seen as an increase; one link comes and goes, so that there are faults to see. */
    private ExternalProgram.Running swarm(RunningLumia lumia, int challenges, int metrics) throws Exception {
        var java = new ExternalProgram(Path.of(System.getProperty("java.home"), "bin", "java"), Map.of(), directory);
        return java.begin(
                "-Xmx300m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                "io.lumia.Lumia",
                "swarm",
                "--data=" + directory.resolve("swarm"),
                "--devices=8",
                "--ramp=1/s",
                "--address-range=" + SWARM,
                "--provisioning-url=" + lumia.provisioning(),
                "--http01-port=" + challenges,
                "--metrics-port=" + metrics,
                "--telemetry-interval=300ms",
                "--fault=flapping=sim-0001,every=3s");
    }

    /** The process runs in another directory. */
    private static String absolute(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
