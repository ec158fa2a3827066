package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device renews because it is told to, then a whole running fleet does, at the pace that was asked for; nobody is dropped. */
class FleetRotationIT {
    private static final int DEVICES = 25;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    @Test
    void rotates_a_running_fleet_with_pause_and_abort_and_drops_nobody() throws Exception {
        try (var lumia = LumiaProcess.fleet(8, directory.resolve("data"))
                .with("swarm.telemetry-interval", "500ms")
                .start()) {
            lumia.awaitReady().awaitConnections(DEVICES + 1);
            var first = serials(lumia);
            assertThat(first).hasSize(DEVICES);

            oneDeviceRenews(lumia, first);
            var second = serials(lumia);
            theFleetRenews(lumia, second);
            var third = serials(lumia);
            anAbortLeavesTheRest(lumia, third);

            assertThat(lumia.metric("lumia_mqtt_connections")).isEqualTo(DEVICES + 1);
            for (String reason : new String[] {"connection_lost", "keep_alive", "protocol_error", "expired"}) {
                assertThat(lumia.metric("lumia_mqtt_disconnects_total", "reason=\"" + reason + "\""))
                        .as(reason)
                        .isZero();
            }
            assertThat(lumia.metric("lumia_mqtt_sequence_gaps_total", "kind=\"lost\""))
                    .isZero();
            assertThat(lumia.metric("lumia_acme_renewal_failure_total")).isZero();
        }
    }

    private static void oneDeviceRenews(LumiaProcess lumia, Map<String, String> before) throws Exception {
        assertThat(lumia.apiPost("/devices/dev-0007/renew", "{}")
                        .path("outcome")
                        .asText())
                .isEqualTo("begun");
        lumia.await(
                "a new certificate of dev-0007",
                () -> !serials(lumia).get("dev-0007").equals(before.get("dev-0007")));
        var after = serials(lumia);
        before.forEach((device, serial) -> {
            if (!device.equals("dev-0007")) {
                assertThat(after).containsEntry(device, serial);
            }
        });
        lumia.await("it renewed by ACME", () -> lumia.metric("lumia_acme_renewal_success_total") == 1);
    }

    private static void theFleetRenews(LumiaProcess lumia, Map<String, String> before) throws Exception {
        var begun = lumia.apiPost("/fleet-rotation", "{\"rate\": \"3/s\", \"mostFailed\": 0.1}");
        assertThat(begun.path("state").asText()).isEqualTo("running");
        assertThat(begun.path("left").asInt()).isEqualTo(DEVICES);
        lumia.await("the first one is done", () -> status(lumia).path("done").asInt() >= 1);

        lumia.apiPatch("/fleet-rotation", "{\"state\": \"paused\"}");
        lumia.await("those at work end", () -> status(lumia).path("working").asInt() == 0);
        var paused = status(lumia);
        assertThat(paused.path("left").asInt()).isPositive();
        lumia.letRun(Duration.ofSeconds(1));
        assertThat(status(lumia)).as("a pause holds").isEqualTo(paused);
        assertThat(lumia.metric("lumia_fleet_rotation_running")).isZero();

        lumia.apiPatch("/fleet-rotation", "{\"state\": \"running\"}");
        lumia.await("it is over", () -> status(lumia).path("state").asText().equals("done"));
        assertThat(status(lumia).path("done").asInt()).isEqualTo(DEVICES);
        assertThat(status(lumia).path("failed").asInt()).isZero();
        assertThat(status(lumia).path("absent").asInt()).isZero();
        assertThat(lumia.metric("lumia_fleet_rotation_devices", "state=\"done\""))
                .isEqualTo(DEVICES);
        var after = serials(lumia);
        before.forEach(
                (device, serial) -> assertThat(after.get(device)).as(device).isNotEqualTo(serial));
    }

    private static void anAbortLeavesTheRest(LumiaProcess lumia, Map<String, String> before) throws Exception {
        lumia.apiPost("/fleet-rotation", "{\"rate\": \"2/s\"}");
        lumia.await("one is done", () -> status(lumia).path("done").asInt() >= 1);
        lumia.apiDelete("/fleet-rotation");
        lumia.await("those at work end", () -> status(lumia).path("working").asInt() == 0);
        var aborted = status(lumia);
        assertThat(aborted.path("state").asText()).isEqualTo("aborted");
        assertThat(aborted.path("left").asInt())
                .isEqualTo(DEVICES - aborted.path("done").asInt());
        var after = serials(lumia);
        assertThat(before.entrySet().stream().filter(entry -> !entry.getValue().equals(after.get(entry.getKey()))))
                .hasSize(aborted.path("done").asInt());
    }

    private static JsonNode status(LumiaProcess lumia) throws Exception {
        return JSON.readTree(lumia.api("/fleet-rotation").body());
    }

    /** Of the newest certificate of each device. */
    private static Map<String, String> serials(LumiaProcess lumia) throws Exception {
        var serials = new TreeMap<String, String>();
        for (JsonNode device :
                JSON.readTree(lumia.api("/devices?query=dev-&size=1000").body()).path("devices")) {
            serials.put(
                    device.path("name").asText(), device.path("latestSerial").asText());
        }
        return serials;
    }
}
