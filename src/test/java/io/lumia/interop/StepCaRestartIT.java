package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Mosquitto that gets no signal goes on with the revocation list it has, which must not be taken for enforced. */
class StepCaRestartIT {
    private static final String ENFORCED = "lumia_revocation_enforced_seconds_count{broker=\"mosquitto\"}";

    @TempDir
    Path directory;

    @Test
    void what_a_reload_does_not_put_in_force_the_restart_command_does() throws Exception {
        try (var lab = new StepCaLab(directory, Map.of())) {
            lab.startCa();
            var ran = directory.resolve("ran");
            var lumia = lab.startFleet(
                    directory.resolve("data"),
                    "127.35.0.0/16",
                    1,
                    "mosquitto.pid-file=" + directory.resolve("nobody.pid"),
                    "mosquitto.timeout=1s",
                    "mosquitto.restart-command=" + restart(lab, ran));
            try {
                var device = lumia.identity("dev-0001").resolve("current/fullchain.pem");
                var serial = SerialNumber.of(
                        Pem.certificates(Files.readString(device)).get(0));
                var answer = lumia.post("/certificates/" + serial + "/revoke", "{\"reason\": \"keyCompromise\"}");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                lumia.awaitMetric(ENFORCED, 1);
                assertThat(ran).as("a reload was not enough").exists();
                assertThat(lab.brokerSaid()).contains("dev-0001 been disconnected by administrative action");

                lab.revoke(lab.peers.resolve("mosquitto/server.pem"), lab.peers.resolve("mosquitto/server.key"));
                lumia.awaitMetric(ENFORCED, 2);
                assertThat(lab.brokerSaid())
                        .as("it is nobody's who is known, so everybody had to show a certificate again")
                        .contains("lumia-app been disconnected by administrative action")
                        .doesNotContain("lumia-broker been disconnected");
            } finally {
                lumia.stop();
            }
        }
    }

    /** Stands for a service's restart: the test's Mosquitto is its own child. */
    private Path restart(StepCaLab lab, Path ran) throws Exception {
        var script = Files.writeString(
                directory.resolve("restart"),
                "#!/bin/sh\ntouch " + ran + "\nkill -HUP $(cat " + lab.peers.resolve("mosquitto/mosquitto.pid")
                        + ")\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }
}
