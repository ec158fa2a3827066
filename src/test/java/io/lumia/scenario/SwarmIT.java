package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.FreePort;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lumia swarm} as a process of its own against {@code lumia run}, as an operator starts the two. */
class SwarmIT {
    private static final int DEVICES = 20;
    private static final String OWN = LumiaProcess.range(7);
    private static final String FOREIGN = LumiaProcess.range(8);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private int challenges;

    @Test
    void loads_a_system_measures_it_and_judges_the_run() throws Exception {
        challenges = FreePort.anywhere();
        try (var system = system().start()) {
            system.awaitReady();
            a_whole_rotation_loses_and_drops_nothing(system);
            a_missed_limit_is_told_by_the_exit_code(system);
            told_to_stop_it_writes_its_report(system);
        }
    }

    private void a_whole_rotation_loses_and_drops_nothing(LumiaProcess system) throws Exception {
        try (var swarm = swarm(system)
                .argument("--rotate", "20/s", "--commands", "10/s", "--json", file("json"), "--report", file("html"))
                .argument("--max-lost", "0", "--max-drops", "0", "--min-connected", "100%", "--max-p99", "30s")
                .start()) {
            assertThat(swarm.exitCode()).as(swarm.printed()).isZero();
            assertThat(swarm.outLines()).anyMatch(line -> line.startsWith("  kept") && line.contains("--max-lost"));
        }
        var report = report();
        assertThat(report.getInteger("devices")).isEqualTo(DEVICES);
        assertThat(report.getInteger("connected")).isEqualTo(DEVICES);
        assertThat(report.getInteger("enrolled")).isEqualTo(DEVICES);
        assertThat(report.getInteger("renewals")).isEqualTo(DEVICES);
        assertThat(report.getInteger("dropped")).isZero();
        assertThat(report.getInteger("lost")).isZero();
        assertThat(report.getInteger("received")).isPositive().isEqualTo(report.getInteger("published"));
        assertThat(report.getJsonObject("delivery").getDouble("max")).isPositive();
        assertThat(report.getJsonObject("roundTrips").getInteger("count")).isPositive();
        assertThat(Files.readString(directory.resolve("report.html"))).contains("</html>", "<svg");
    }

    private void a_missed_limit_is_told_by_the_exit_code(LumiaProcess system) throws Exception {
        try (var swarm = swarm(system)
                .argument("--duration", "1s", "--min-renewals", "1000000", "--json", file("json"))
                .start()) {
            assertThat(swarm.exitCode()).as(swarm.printed()).isEqualTo(1);
        }
        assertThat(report().getBoolean("held")).isFalse();
    }

    private void told_to_stop_it_writes_its_report(LumiaProcess system) throws Exception {
        Files.delete(directory.resolve("report.json"));
        try (var swarm = swarm(system).argument("--json", file("json")).start()) {
            // times are taken over once a second
            swarm.await(
                    "all connected and timed",
                    () -> metrics(swarm).contains("lumia_swarm_devices{state=\"connected\"} " + DEVICES + ".0\n")
                            && metrics(swarm).contains("lumia_swarm_enrolment_seconds_count " + DEVICES + "\n"));
            assertThat(metrics(swarm))
                    .contains(
                            "lumia_swarm_renewals_total{result=\"renewed\"} ",
                            "lumia_swarm_messages_total{direction=\"published\"} ",
                            "lumia_swarm_lost_total 0.0",
                            "lumia_swarm_dropped_total 0.0",
                            "lumia_swarm_delivery_seconds_bucket");
            assertThat(swarm.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
        assertThat(report().getInteger("connected")).isEqualTo(DEVICES);
        assertThat(report().getInteger("lost")).isZero();
    }

    private LumiaProcess.Setup system() throws IOException {
        return LumiaProcess.run(directory.resolve("system"))
                .with("swarm.devices", 1)
                .with("swarm.address-range", OWN)
                .with("provisioning.whitelist", "[swarm, " + FOREIGN + "]")
                .with("authority.acme.allowed-networks", "[" + OWN + ", " + FOREIGN + "]")
                .with("authority.acme.http01-port", challenges)
                .with("authority.port", 0)
                .with("authority.http-port", 0)
                .with("provisioning.port", 0)
                .with("broker.port", 0)
                .with("web.port", 0)
                .with("metrics.port", 0);
    }

    private LumiaProcess.Setup swarm(LumiaProcess system) {
        return LumiaProcess.swarm(directory.resolve("swarm"))
                .argument("--devices", "" + DEVICES, "--address-range", FOREIGN)
                .argument("--provisioning-url", "http://127.0.0.1:" + system.port("provisioning"))
                .argument("--root-fingerprint", system.rootFingerprint())
                .argument("--http01-port", "" + challenges, "--metrics-port", "0")
                .argument("--telemetry-interval", "300ms");
    }

    private String file(String kind) {
        return directory.resolve("report." + kind).toString();
    }

    private JsonObject report() throws IOException {
        return new JsonObject(Files.readString(directory.resolve("report.json")));
    }

    /** Empty until it tells where they are. */
    private String metrics(LumiaProcess swarm) throws Exception {
        var line = swarm.errLines().stream()
                .filter(each -> each.startsWith("metrics at "))
                .findFirst();
        return line.isEmpty()
                ? ""
                : http.send(
                                HttpRequest.newBuilder(URI.create(line.get().substring("metrics at ".length())))
                                        .build(),
                                BodyHandlers.ofString())
                        .body();
    }
}
