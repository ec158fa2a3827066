package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.CryptoProviders;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lumia swarm} against a real step-ca and a real Mosquitto. */
class StepCaSwarmIT {
    private static final int DEVICES = 20;
    private static final String FOREIGN = "127.38.0.0/16";

    @TempDir
    Path directory;

    @Test
    void every_device_renews_under_load_and_nothing_is_lost_or_dropped() throws Exception {
        CryptoProviders.install();
        try (var lab = new StepCaLab(directory, Map.of())) {
            lab.startCa();
            var lumia = lab.startFleet(
                    directory.resolve("data"), "127.37.0.0/16", 1, "provisioning.whitelist=swarm," + FOREIGN);
            try {
                var report = swarm(lab, lumia);
                assertThat(report.getInteger("connected")).isEqualTo(DEVICES);
                assertThat(report.getInteger("renewals")).isEqualTo(DEVICES);
                assertThat(report.getInteger("dropped")).isZero();
                assertThat(report.getInteger("lost")).isZero();
                assertThat(report.getInteger("received")).isPositive().isEqualTo(report.getInteger("published"));
            } finally {
                lumia.stop();
            }
        }
    }

    private JsonObject swarm(StepCaLab lab, RunningLumia lumia) throws Exception {
        var java = new ExternalProgram(Path.of(System.getProperty("java.home"), "bin", "java"), Map.of(), directory);
        var file = directory.resolve("report.json");
        var unused = java.run(
                "-Xmx300m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of("target", "lumia.jar").toAbsolutePath().toString(),
                "swarm",
                "--data=" + directory.resolve("swarm"),
                "--devices=" + DEVICES,
                "--address-range=" + FOREIGN,
                "--provisioning-url=" + lumia.provisioning(),
                "--http01-port=" + lab.http01Port,
                "--metrics-port=0",
                "--telemetry-interval=300ms",
                "--rotate=20/s",
                "--json=" + file);
        return new JsonObject(Files.readString(file));
    }
}
