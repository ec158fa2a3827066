package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.MqttPeer;
import io.lumia.mqtt.Connect;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that can go wrong when Mosquitto's certificate is renewed. Each time: the broker goes on with the certificate it had and drops
 * nobody, the files are those from before, an operator is told, and the exit code says that it fell back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MosquittoRenewalFailuresIT {
    private Path directory;
    private final Vertx vertx = Vertx.vertx();
    private RenewedMosquitto broker;
    private MqttPeer client;
    private Fingerprint before;
    private String key;

    @BeforeAll
    void startBroker(@TempDir Path temporary) throws Exception {
        directory = temporary;
        broker = new RenewedMosquitto(directory, "30m");
    }

    @BeforeEach
    void connect() throws Exception {
        Files.deleteIfExists(broker.told());
        client = broker.client(vertx, "bystander");
        client.connect(Connect.clean("bystander", Duration.ofMinutes(1)));
        before = Fingerprint.of(broker.shown());
        key = Files.readString(broker.key());
    }

    @AfterEach
    void disconnect() {
        client.disconnect();
    }

    @AfterAll
    void stopBroker() {
        if (broker != null) {
            broker.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void chain_does_not_lead_to_the_root() throws Exception {
        var other = Files.writeString(directory.resolve("other-root.pem"), Pem.of(broker.clients.root()));

        fellBack(broker.renew("ca-bundle=" + other), "validation", "invalid_certificate", "ca-bundle");
    }

    @Test
    void no_room_for_the_backup() throws Exception {
        var inTheWay = Files.writeString(directory.resolve("no-directory"), "");

        fellBack(broker.renew("backup.directory=" + inTheWay), "backup", "backup", inTheWay.toString());
    }

    @Test
    void disk_is_full() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), "12k")) {
            var certificate = Files.copy(broker.certificate(), disk.path().resolve("server.pem"));
            var keyFile = Files.copy(broker.key(), disk.path().resolve("server.key"));
            disk.fill();

            var report = broker.renew(
                    "target.cert-file=" + certificate,
                    "target.key-file=" + keyFile,
                    "target.config-file=" + Files.writeString(directory.resolve("empty.conf"), ""));

            fellBack(report, "installation", "installation", "no space left");
            assertThat(certificate).hasSameTextualContentAs(broker.certificate());
            assertThat(keyFile).hasContent(key);
        }
    }

    @Test
    void directory_may_not_be_written() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("read-only"), "100k")) {
            var certificate = Files.copy(broker.certificate(), disk.path().resolve("server.pem"));
            var keyFile = Files.copy(broker.key(), disk.path().resolve("server.key"));
            disk.readOnly();

            var report = broker.renew(
                    "target.cert-file=" + certificate,
                    "target.key-file=" + keyFile,
                    "target.config-file=" + Files.writeString(directory.resolve("empty.conf"), ""));

            fellBack(report, "installation", "installation", "read-only");
        }
    }

    @Test
    void broker_may_not_read_the_key() throws Exception {
        var owner = Files.getOwner(broker.key());
        assumeTrue(owner.getName().equals("root"), "only root can give a file away");
        var pidOfOther = new ProcessBuilder("setpriv", "--reuid=65534", "sleep", "60").start();
        try {
            Await.until(vertx, "it runs as nobody", () -> runsAs(pidOfOther.pid(), "65534"));
            var pid = Files.writeString(directory.resolve("other.pid"), pidOfOther.pid() + "\n");

            var report = broker.renew("target.pid-file=" + pid);

            fellBack(report, "installation", "installation", "cannot read " + broker.key());
        } finally {
            pidOfOther.destroyForcibly();
        }
    }

    @Test
    void configuration_names_other_files() throws Exception {
        var other = Files.writeString(directory.resolve("other.conf"), "certfile /etc/mosquitto/other.pem\n");

        fellBack(broker.renew("target.config-file=" + other), "installation", "installation", "certfile");
    }

    @Test
    void acl_file_would_end_the_broker_at_the_reload() throws Exception {
        var acl = directory.resolve("acl");
        var good = Files.readString(acl);
        Files.writeString(acl, "grant everything to everybody\n");
        try {
            fellBack(broker.renew(), "installation", "installation", "acl_file");
        } finally {
            Files.writeString(acl, good);
        }
    }

    @Test
    void reload_fails() throws Exception {
        fellBack(
                broker.renew("target.reload-command=[/bin/sh, -c, 'echo no such unit; exit 5']"),
                "reload",
                "reload",
                "no such unit");
    }

    @Test
    void process_id_is_somebody_elses() throws Exception {
        var stale = Files.writeString(
                directory.resolve("stale.pid"), ProcessHandle.current().pid() + "\n");

        fellBack(broker.renew("target.pid-file=" + stale), "reload", "reload", "stale");
    }

    @Test
    void restores_from_a_sealed_backup() throws Exception {
        var password = Files.writeString(directory.resolve("backup-password"), "correct horse");
        var run = broker.renew("backup.password-file=" + password, "target.reload-command=['false']");

        fellBack(run, "reload", "reload", "ended with code 1");
        var sealed = Path.of(run.report().path("backup").asText()).resolve("key.pem.cms");
        assertThat(sealed).content().startsWith("-----BEGIN CMS-----");
        var opened = ExternalProgram.find("openssl", Map.of(), directory)
                .run("cms", "-decrypt", "-inform", "PEM", "-in", sealed.toString(), "-pwri_password", "correct horse");
        assertThat(opened.replace("\r\n", "\n")).isEqualTo(key);
    }

    @Test
    void reload_takes_too_long() throws Exception {
        var report = broker.renew("target.reload-command=[sleep, 30]", "target.command-timeout=200ms");

        fellBack(report, "reload", "reload", "did not end");
    }

    @Test
    void broker_goes_on_with_the_old_certificate() throws Exception {
        fellBack(
                broker.renew("target.reload-command=['true']", "test.timeout=1s"),
                "test",
                "test",
                "still shows another certificate");
    }

    @Test
    void message_does_not_pass() throws Exception {
        var acl = directory.resolve("acl");
        var good = Files.readString(acl);
        Files.writeString(acl, good + "pattern deny lumia/renewal/#\n");
        try {
            var report = broker.renew("test.timeout=1s");

            fellBack(report, "test", "test", "MQTT");
        } finally {
            Files.writeString(acl, good);
            broker.hangUp();
        }
    }

    @Test
    void ca_is_down() throws Exception {
        var nobody = "https://localhost:" + FreePort.anywhere() + "/acme/mqtt-acme/directory";

        fellBack(broker.renew("issuer.directory-url=" + nobody), "health", "unreachable", nobody);
    }

    @Test
    void ca_refuses_the_name() throws Exception {
        fellBack(
                broker.renew("sans=[localhost, " + LocalStepCa.REFUSED + "]"),
                "order",
                "refused",
                "rejectedIdentifier");
    }

    @Test
    void challenge_fails() throws Exception {
        var elsewhere = "127.0.0.1:" + FreePort.anywhere();
        var impostor = HttpServer.create(new InetSocketAddress("localhost", broker.ca.http01Port), 0);
        impostor.createContext("/", asked -> {
            try (asked) {
                asked.sendResponseHeaders(200, 0);
                asked.getResponseBody().write("somebody else".getBytes(StandardCharsets.US_ASCII));
            }
        });
        impostor.start();
        try {
            fellBack(broker.renew("issuer.challenge-address=" + elsewhere), "order", "challenge", "localhost");
        } finally {
            impostor.stop(0);
        }
    }

    @Test
    void a_failure_is_critical_when_the_certificate_has_expired() throws Exception {
        var longAgo = new FleetCa(Clock.offset(Clock.systemUTC(), Duration.ofDays(-2)))
                .issue("localhost", List.of("localhost"), Duration.ofHours(1));
        var certificate = Files.writeString(directory.resolve("expired.pem"), Pem.of(longAgo.chain()));
        var keyFile = Files.writeString(directory.resolve("expired.key"), Pem.of(longAgo.key()));

        var run = broker.renew(
                "target.cert-file=" + certificate,
                "target.key-file=" + keyFile,
                "issuer.directory-url=" + broker.ca.directory("strict"));

        assertThat(run.exitCode()).as(run.printed()).isEqualTo(2);
        assertThat(run.report().path("outcome").asText()).isEqualTo("critical");
        assertThat(broker.told()).exists();
    }

    @Test
    void a_configuration_that_cannot_be_used_is_critical() throws Exception {
        var run = broker.renew("ca-bundle=/nowhere.pem");

        assertThat(run.exitCode()).as(run.printed()).isEqualTo(2);
        assertThat(run.report().path("problem").asText()).contains("ca-bundle").contains("/nowhere.pem");
    }

    /** @param step the only one that failed */
    private void fellBack(RenewCommandRun run, String step, String reason, String inSentence) throws Exception {
        assertThat(run.exitCode()).as(run.printed()).isEqualTo(1);
        assertThat(run.report().path("outcome").asText()).isEqualTo("kept");
        assertThat(run.failedSteps()).as(run.printed()).containsExactly(step);
        assertThat(run.report().path("reason").asText()).isEqualTo(reason);
        assertThat(run.report().path("problem").asText()).contains(inSentence);
        if (run.steps().contains("order")) {
            assertThat(run.steps()).endsWith("restoration");
        }
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(before).isEqualTo(broker.installed());
        assertThat(broker.key()).hasContent(key);
        Await.result(client.publish("bystander/note", "still here", 1));
        assertThat(client.endings).isEmpty();
        assertThat(broker.told()).content().contains(inSentence);
    }

    private static boolean runsAs(long pid, String user) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/status")).contains("Uid:\t" + user);
        } catch (IOException gone) {
            return false;
        }
    }
}
