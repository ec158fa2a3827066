package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.FreePort;
import io.lumia.interop.ExternalProgram.Running;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A real step-ca and a real Mosquitto as the profile step-ca-mosquitto wants them, made by the script that operators use. */
final class StepCaLab implements AutoCloseable {
    private static final long PATIENCE_S = 60;

    final Path peers;
    final int mqttPort = FreePort.anywhere();
    private final int caPort = FreePort.anywhere();
    private final int crlPort = FreePort.anywhere();
    private final int dnsPort = FreePort.anywhere();
    final int http01Port = FreePort.anywhere();
    private final Path directory;
    private final ExternalProgram step;
    private final ExternalProgram stepCa;
    private final ExternalProgram mosquitto;
    private Running ca;
    private Running broker;

    /** @param settings of the script, beside the ports */
    StepCaLab(Path directory, Map<String, String> settings) throws Exception {
        this.directory = directory;
        peers = directory.resolve("peers");
        var environment = new HashMap<String, String>();
        environment.put("STEPPATH", peers.resolve("step-ca").toString());
        step = ExternalProgram.find("step", environment, directory);
        stepCa = ExternalProgram.find("step-ca", environment, directory);
        mosquitto = ExternalProgram.find("mosquitto", Map.of(), directory);
        var unused = ExternalProgram.find("jq", Map.of(), directory);
        environment.putAll(settings);
        environment.put("PATH", step.file().getParent() + File.pathSeparator + System.getenv("PATH"));
        environment.put("CA_PORT", "" + caPort);
        environment.put("CRL_PORT", "" + crlPort);
        environment.put("MQTT_PORT", "" + mqttPort);
        var script = Path.of("deploy/step-ca-mosquitto/setup").toAbsolutePath();
        var said = new ExternalProgram(script, environment, directory).run(peers.toString());
        assertThat(said).contains("made");
    }

    void startCa() throws Exception {
        ca = stepCa.begin(
                peers.resolve("step-ca/config/ca.json").toString(),
                "--password-file",
                peers.resolve("step-ca/password").toString(),
                "--insecure",
                "--acme-http-port",
                "" + http01Port,
                "--resolver",
                "127.0.0.1:" + dnsPort);
        ca.awaitPrinted("Serving HTTPS");
    }

    void startBroker() throws Exception {
        broker = mosquitto.begin("-c", peers.resolve("mosquitto/mosquitto.conf").toString());
        broker.awaitPrinted("running");
    }

    /** Lumia first, as the manual says: it writes the files that Mosquitto needs to start. Returns when all devices are connected. */
    RunningLumia startFleet(Path data, String addresses, int devices, String... settings) throws Exception {
        var brokerStarted = CompletableFuture.runAsync(this::startBrokerWhenItCan);
        var all = new ArrayList<>(List.of(
                "step-ca.url=https://localhost:" + caPort,
                "step-ca.root-file=" + root(),
                "step-ca.provisioner-password-file=" + peers.resolve("step-ca/provisioner-password"),
                "dns.port=" + dnsPort,
                "agent.http01-port=" + http01Port,
                "broker.port=" + mqttPort,
                "mosquitto.acl-file=" + peers.resolve("mosquitto/acl"),
                "mosquitto.crl-file=" + peers.resolve("mosquitto/crl.pem"),
                "mosquitto.pid-file=" + peers.resolve("mosquitto/mosquitto.pid"),
                "mosquitto.crl-interval=1s"));
        all.addAll(List.of(settings));
        var lumia = RunningLumia.ofProfile("step-ca-mosquitto", data, addresses, devices, all.toArray(String[]::new));
        brokerStarted.get(PATIENCE_S, TimeUnit.SECONDS);
        return lumia;
    }

    private void startBrokerWhenItCan() {
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            while (broker == null && !Files.exists(peers.resolve("mosquitto/crl.pem"))) {
                assertThat(System.nanoTime())
                        .as("the revocation list is written")
                        .isLessThan(end);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            if (broker == null) {
                startBroker();
            }
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    /** Mosquitto's certificate is followed by one that ends after ten seconds, the least that the provisioner allows. */
    void shortenServer() throws Exception {
        var unused = step.run(
                "ca",
                "certificate",
                "--offline",
                "--ca-config",
                peers.resolve("step-ca/config/ca.json").toString(),
                "--password-file",
                peers.resolve("step-ca/password").toString(),
                "--provisioner",
                "mqtt-server",
                "--provisioner-password-file",
                peers.resolve("step-ca/server-password").toString(),
                "--not-after",
                "10s",
                "--force",
                "localhost",
                server().toString(),
                peers.resolve("mosquitto/server.key").toString());
    }

    /** Renews Mosquitto's certificate as a cron job does. */
    RenewCommandRun renewServer(Path data) throws Exception {
        var config = Files.writeString(directory.resolve("renew.yaml"), """
                renewal:
                  instances:
                    mosquitto:
                      common-name: localhost
                      ca-bundle: %s
                      issuer:
                        type: step-ca
                        ca-bundle: %s
                        step-ca: {url: "https://localhost:%d", provisioner: mqtt-server, password-file: %s}
                      target:
                        type: mosquitto
                        cert-file: %s
                        key-file: %s
                        config-file: %s
                        pid-file: %s
                      test: {address: "localhost:%d", mqtt: false}
                """.formatted(
                        root(),
                        root(),
                        caPort,
                        peers.resolve("step-ca/server-password"),
                        server(),
                        peers.resolve("mosquitto/server.key"),
                        peers.resolve("mosquitto/mosquitto.conf"),
                        peers.resolve("mosquitto/mosquitto.pid"),
                        mqttPort));
        return RenewCommandRun.of(data, config);
    }

    /** What step-ca shows to its clients. */
    X509Certificate shownByCa() throws Exception {
        return RenewedMosquitto.shown(caPort);
    }

    /** Mosquitto's certificate. */
    Path server() {
        return peers.resolve("mosquitto/server.pem");
    }

    Path root() {
        return peers.resolve("step-ca/certs/root_ca.crt");
    }

    /** What Mosquitto said so far. */
    String brokerSaid() throws IOException {
        return broker.printed();
    }

    /** Revokes by step's own command and the certificate itself. */
    void revoke(Path certificate, Path key) throws Exception {
        var unused = step.run(
                "ca",
                "revoke",
                "--cert",
                certificate.toString(),
                "--key",
                key.toString(),
                "--ca-url",
                "https://localhost:" + caPort,
                "--root",
                root().toString());
    }

    /** Ends both, as a power cut would. */
    void stop() throws InterruptedException {
        close();
        for (Running running : new Running[] {broker, ca}) {
            assertThat(running.process().waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        }
        broker = null;
        ca = null;
    }

    @Override
    public void close() {
        for (Running running : new Running[] {broker, ca}) {
            if (running != null) {
                running.close();
            }
        }
    }

    private static final Set<Integer> TAKEN = new HashSet<>();
}
