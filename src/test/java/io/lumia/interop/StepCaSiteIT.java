package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.TlsConfig;
import io.lumia.crypto.CryptoProviders;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MqttPeer;
import io.lumia.mqtt.Connect;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same script at a real step-ca, for a bridge through HAProxy to a central Mosquitto. */
class StepCaSiteIT {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static LocalStepCa ca;
    private static ExternalProgram.Running broker;
    private static PassThrough haproxy;
    private static EnrolledSite.Central central;
    private static int brokerPort;

    @BeforeAll
    static void start() throws Exception {
        for (String needed : List.of("mosquitto", "haproxy")) {
            var unused = ExternalProgram.find(needed, Map.of(), directory);
        }
        CryptoProviders.install();
        ca = new LocalStepCa(directory);
        broker = centralMosquitto();
        haproxy = new PassThrough(directory, brokerPort);
        central = new EnrolledSite.Central(
                ca.url(), Fingerprint.of(ca.root()).hex(), "localhost:" + haproxy.port, ca.password);
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable each : new AutoCloseable[] {haproxy, broker, ca}) {
            closeQuietly(each);
        }
        Await.result(VERTX.close());
    }

    @Test
    void a_site_bridges_renews_and_is_refused_after_its_revocation() throws Exception {
        var operator = new MqttPeer(VERTX, TLS, "localhost", brokerPort, ca.root(), issued("operator"));
        operator.connect(Connect.clean("operator", Duration.ofSeconds(30)));
        operator.subscribe("site/#", 1);
        try (var site = new EnrolledSite("site-001", central, directory)) {
            assertThat(site.enrol("-v", "24h")).contains("enrolled site-001");
            site.start();
            awaitHeard(operator, "site/site-001/state", "1");
            try (var listener = site.subscriber("site/#")) {
                Await.result(operator.publish("site/site-001/down/valve", "open", 1));
                listener.awaitPrinted("site/site-001/down/valve open");
            }
            site.publish("site/site-001/up/meter", "21");
            awaitHeard(operator, "site/site-001/up/meter", "21");

            var first = site.certificate().getSerialNumber();
            assertThat(site.renew()).contains("renewed site-001");
            assertThat(site.certificate().getSerialNumber()).isNotEqualTo(first);

            ca.step.run(
                    "ca",
                    "revoke",
                    "--cert",
                    site.file("site-001.crt").toString(),
                    "--key",
                    site.file("site-001.key").toString(),
                    "--ca-url",
                    ca.url(),
                    "--root",
                    ca.rootFile().toString());
            assertThat(site.failToRenew()).contains("did not renew", "locked out");
        }
    }

    @Test
    void a_lifetime_that_the_ca_does_not_allow_is_told_with_the_remedy() throws Exception {
        try (var site = new EnrolledSite("site-long", central, directory)) {
            assertThat(site.failToEnrol("-v", "9000h")).contains("-v", "maxTLSCertDuration");
            assertThat(site.file("site-long.crt")).doesNotExist();
        }
    }

    private static void awaitHeard(MqttPeer peer, String topic, String payload) {
        Await.until(
                VERTX,
                topic + " " + payload,
                () -> peer.messages.stream()
                        .anyMatch(each -> each.topic().equals(topic)
                                && each.payload().toString().equals(payload)));
    }

    private static ExternalProgram.Running centralMosquitto() throws Exception {
        brokerPort = FreePort.anywhere();
        ca.issue("localhost", directory.resolve("broker.crt"), directory.resolve("broker.key"), "24h");
        var acl = Files.writeString(
                directory.resolve("acl"), "user operator\ntopic readwrite #\npattern readwrite site/%u/#\n");
        var configuration = Files.writeString(
                directory.resolve("mosquitto.conf"),
                String.join(
                        "\n",
                        "listener " + brokerPort + " 127.0.0.1",
                        "cafile " + ca.rootFile(),
                        "certfile " + directory.resolve("broker.crt"),
                        "keyfile " + directory.resolve("broker.key"),
                        "require_certificate true",
                        "use_identity_as_username true",
                        "acl_file " + acl,
                        "user root",
                        "log_type all",
                        ""));
        var running = ExternalProgram.find("mosquitto", Map.of(), directory).begin("-c", configuration.toString());
        running.awaitPrinted("running");
        return running;
    }

    private static TlsMaterial issued(String name) throws Exception {
        var certificate = directory.resolve(name + ".crt");
        var key = directory.resolve(name + ".key");
        ca.issue(name, certificate, key, "1h");
        return TlsMaterial.parse(Files.readString(key), Files.readString(certificate));
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            if (each != null) {
                each.close();
            }
        } catch (Exception ended) {
            throw new AssertionError(ended);
        }
    }
}
