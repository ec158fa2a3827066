package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each component a process of its own with a data directory of its own: CA, provisioning, broker, application, devices. */
class SeparateProcessesIT {
    private static final int DEVICES = 5;
    private static final int REVOKED = 3;

    @TempDir
    Path directory;

    private int challenges;

    @Test
    void devices_enrol_connect_and_are_heard() throws Exception {
        challenges = FreePort.anywhere();
        // what the provisioning service tells the devices must be known before the broker runs
        int broker = FreePort.anywhere();
        try (var ca = authority().start()) {
            ca.awaitReady();
            try (var gate = provisioning(ca, broker).start();
                    var mqtt = broker(ca, broker).start()) {
                gate.awaitReady();
                mqtt.awaitReady();
                try (var app = part("app", "[app,metrics]", gate).start();
                        var swarm = part("swarm", "[swarm]", gate)
                                .with("swarm.devices", DEVICES)
                                .with("swarm.telemetry-interval", "500ms")
                                .start()) {
                    app.awaitReady();
                    swarm.awaitReady();
                    mqtt.awaitConnections(DEVICES + 1);
                    app.await(
                            "telemetry at the application",
                            () -> app.metric("lumia_mqtt_delivery_seconds_count", "qos=\"1\"") >= 3 * DEVICES);
                    assertThat(mqtt.metric("lumia_mqtt_denied_total")).isZero();
                    assertThat(ca.certificates())
                            .extracting(
                                    certificate -> certificate.path("profile").asText())
                            .filteredOn("device"::equals)
                            .hasSize(DEVICES + 1);
                    revoked_at_the_ca_a_device_is_gone_from_the_broker_within_a_second(ca, mqtt);
                    for (var each : new LumiaProcess[] {swarm, app, mqtt, gate, ca}) {
                        assertThat(each.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
                        assertThat(each.errLines())
                                .filteredOn(line -> line.contains(" ERROR ") || line.contains("    | "))
                                .filteredOn(line -> !line.contains("the certificate is revoked"))
                                .isEmpty();
                    }
                }
            }
        }
    }

    private static void revoked_at_the_ca_a_device_is_gone_from_the_broker_within_a_second(
            LumiaProcess ca, LumiaProcess mqtt) throws Exception {
        var devices = ca.certificates().stream()
                .filter(certificate -> certificate.path("profile").asText().equals("device"))
                .filter(certificate -> certificate.path("identity").asText().startsWith("dev-"))
                .limit(REVOKED)
                .toList();
        double shortest = Double.MAX_VALUE; // of several, since the machine may do other things as well
        for (int i = 0; i < REVOKED; i++) {
            double before = mqtt.metric("lumia_revocation_enforced_seconds_sum");
            int enforced = i + 1;
            var unused = ca.apiPost(
                    "/certificates/" + devices.get(i).path("serial").asText() + "/revoke",
                    "{\"reason\": \"keyCompromise\"}");
            mqtt.await(
                    "the broker's word that the session is gone",
                    () -> mqtt.metric("lumia_revocation_enforced_seconds_count") == enforced);
            shortest = Math.min(shortest, mqtt.metric("lumia_revocation_enforced_seconds_sum") - before);
        }
        assertThat(shortest).isLessThan(1);
        assertThat(mqtt.metric("lumia_mqtt_disconnects_total", "reason=\"revoked\""))
                .isEqualTo(REVOKED);
    }

    private LumiaProcess.Setup authority() throws IOException {
        return alone("ca", "[authority,web,renewal,metrics]")
                .with("authority.port", 0)
                .with("authority.http-port", 0)
                .with("web.port", 0)
                .with("authority.acme.http01-port", challenges)
                .with("authority.acme.allowed-networks", LumiaProcess.range(6));
    }

    private LumiaProcess.Setup provisioning(LumiaProcess ca, int broker) throws IOException {
        return below(ca, alone("gate", "[provisioning]"))
                .with("provisioning.port", 0)
                .with("provisioning.enabled", true)
                .with("provisioning.whitelist", LumiaProcess.range(6))
                .with("broker.port", broker);
    }

    private LumiaProcess.Setup broker(LumiaProcess ca, int port) throws IOException {
        return below(ca, alone("mqtt", "[broker,renewal,metrics]")).with("broker.port", port);
    }

    /** A process that asks the one with the authority. */
    private static LumiaProcess.Setup below(LumiaProcess ca, LumiaProcess.Setup setup) {
        return setup.with("upstream.url", "http://127.0.0.1:" + ca.port("admin API"))
                .with("upstream.token-file", ca.data().resolve("admin-token"));
    }

    private LumiaProcess.Setup part(String name, String parts, LumiaProcess gate) throws IOException {
        return alone(name, parts)
                .with("agent.provisioning-url", "http://127.0.0.1:" + gate.port("provisioning"))
                .with("agent.http01-port", challenges)
                .with("swarm.address-range", LumiaProcess.range(6));
    }

    private LumiaProcess.Setup alone(String name, String parts) {
        return LumiaProcess.run(directory.resolve(name))
                .argument("--profile", "reference")
                .with("parts", parts)
                .with("metrics.port", 0);
    }
}
