package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MQTT health by {@code lumia check} at the Mosquitto broker that demands client certificates. */
class MosquittoCheckIT {
    @TempDir
    Path directory;

    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private ExternalProgram.Running mosquitto;
    private String broker;
    private String printed = "";

    @BeforeEach
    void start() throws Exception {
        var program = ExternalProgram.find("mosquitto", Map.of(), directory);
        int port = FreePort.anywhere();
        var server = ca.issue("broker", List.of("localhost"), Duration.ofDays(60));
        var configuration = Files.writeString(
                directory.resolve("mosquitto.conf"),
                String.join(
                        "\n",
                        "listener " + port + " 127.0.0.1",
                        "cafile " + written("root.pem", Pem.of(ca.root())),
                        "certfile " + written("server.pem", Pem.of(server.chain())),
                        "keyfile " + written("server.key", Pem.of(server.key())),
                        "require_certificate true",
                        "use_identity_as_username true",
                        "user root",
                        "log_type all",
                        ""));
        mosquitto = program.begin("-c", configuration.toString());
        mosquitto.awaitPrinted("running");
        broker = "mqtts://localhost:" + port;
    }

    @AfterEach
    void stop() {
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    @Test
    void a_client_with_a_good_certificate_is_accepted() throws Exception {
        assertThat(check(ca.issue("probe", List.of("probe"), Duration.ofDays(1))))
                .as(printed)
                .isZero();
        assertThat(printed).contains("MQTT accepted").contains("CN=broker");
    }

    @Test
    void without_a_certificate_the_broker_is_known_to_be_there() throws Exception {
        assertThat(check()).isZero();
        assertThat(printed).contains("asks for a client certificate");
    }

    @Test
    void a_certificate_of_another_ca_is_not_taken_and_that_is_critical() throws Exception {
        var stranger = new FleetCa(Clock.systemUTC()).issue("probe", List.of("probe"), Duration.ofDays(1));
        assertThat(check(stranger)).isEqualTo(2);
        assertThat(printed).contains("does not take the client certificate");
    }

    @Test
    void a_broker_that_is_gone_is_critical() throws Exception {
        mosquitto.close();
        assertThat(mosquitto.await()).isNotNegative();
        assertThat(check()).isEqualTo(2);
        assertThat(printed).contains("does not answer");
    }

    private int check(TlsMaterial shown) throws Exception {
        return check(
                "--cert",
                written("client.pem", Pem.of(shown.chain())).toString(),
                "--key",
                written("client.key", Pem.of(shown.key())).toString());
    }

    private int check(String... options) {
        var out = new StringWriter();
        var line = Lumia.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        var all = new ArrayList<>(
                List.of("check", broker, "--ca", directory.resolve("root.pem").toString()));
        all.addAll(List.of(options));
        int exit = line.execute(all.toArray(String[]::new));
        printed = out.toString();
        return exit;
    }

    private Path written(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text);
    }
}
