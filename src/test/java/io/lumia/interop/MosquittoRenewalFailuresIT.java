package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lumia.bus.FleetBus;
import io.lumia.fakes.Await;
import io.lumia.fakes.MqttPeer;
import io.lumia.lifecycle.RenewalRun.Outcome;
import io.lumia.lifecycle.RenewalStep;
import io.lumia.lifecycle.StepReport;
import io.lumia.mqtt.Connect;
import io.lumia.renewal.RenewalReport;
import io.lumia.renewal.Renewals;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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
        FleetBus.install(vertx);
        broker = new RenewedMosquitto(directory, "30m");
        Files.writeString(broker.directory.resolve("alert"), "#!/bin/sh\nprintenv LUMIA_DETAIL > " + told() + "\n");
    }

    @BeforeEach
    void connect() throws Exception {
        Files.deleteIfExists(told());
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

        fellBack(renew("ca-bundle=" + other), RenewalStep.VALIDATION, "invalid_certificate", "ca-bundle");
    }

    @Test
    void no_room_for_the_backup() throws Exception {
        var inTheWay = Files.writeString(directory.resolve("no-directory"), "");

        fellBack(renew("backup.directory=" + inTheWay), RenewalStep.BACKUP, "backup", inTheWay.toString());
    }

    @Test
    void disk_is_full() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), "12k")) {
            var certificate = Files.copy(broker.certificate(), disk.path().resolve("server.pem"));
            var keyFile = Files.copy(broker.key(), disk.path().resolve("server.key"));
            disk.fill();

            var report = renew(
                    "target.cert-file=" + certificate,
                    "target.key-file=" + keyFile,
                    "target.config-file=" + Files.writeString(directory.resolve("empty.conf"), ""));

            fellBack(report, RenewalStep.INSTALLATION, "installation", "no space left");
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

            var report = renew(
                    "target.cert-file=" + certificate,
                    "target.key-file=" + keyFile,
                    "target.config-file=" + Files.writeString(directory.resolve("empty.conf"), ""));

            fellBack(report, RenewalStep.INSTALLATION, "installation", "read-only");
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

            var report = renew("target.pid-file=" + pid);

            fellBack(report, RenewalStep.INSTALLATION, "installation", "cannot read " + broker.key());
        } finally {
            pidOfOther.destroyForcibly();
        }
    }

    @Test
    void configuration_names_other_files() throws Exception {
        var other = Files.writeString(directory.resolve("other.conf"), "certfile /etc/mosquitto/other.pem\n");

        fellBack(renew("target.config-file=" + other), RenewalStep.INSTALLATION, "installation", "certfile");
    }

    @Test
    void acl_file_would_end_the_broker_at_the_reload() throws Exception {
        var acl = directory.resolve("acl");
        var good = Files.readString(acl);
        Files.writeString(acl, "grant everything to everybody\n");
        try {
            fellBack(renew(), RenewalStep.INSTALLATION, "installation", "acl_file");
        } finally {
            Files.writeString(acl, good);
        }
    }

    @Test
    void reload_fails() throws Exception {
        fellBack(
                renew("target.reload-command=[/bin/sh, -c, 'echo no such unit; exit 5']"),
                RenewalStep.RELOAD,
                "reload",
                "no such unit");
    }

    @Test
    void process_id_is_somebody_elses() throws Exception {
        var stale = Files.writeString(
                directory.resolve("stale.pid"), ProcessHandle.current().pid() + "\n");

        fellBack(renew("target.pid-file=" + stale), RenewalStep.RELOAD, "reload", "stale");
    }

    @Test
    void reload_takes_too_long() throws Exception {
        var report = renew("target.reload-command=[sleep, 30]", "target.command-timeout=200ms");

        fellBack(report, RenewalStep.RELOAD, "reload", "did not end");
    }

    @Test
    void broker_goes_on_with_the_old_certificate() throws Exception {
        fellBack(
                renew("target.reload-command=['true']", "test.timeout=1s"),
                RenewalStep.TEST,
                "test",
                "still shows another certificate");
    }

    @Test
    void message_does_not_pass() throws Exception {
        var acl = directory.resolve("acl");
        var good = Files.readString(acl);
        Files.writeString(acl, good + "pattern deny lumia/renewal/#\n");
        try {
            var report = renew("test.timeout=1s");

            fellBack(report, RenewalStep.TEST, "test", "MQTT");
        } finally {
            Files.writeString(acl, good);
            broker.hangUp();
        }
    }

    @Test
    void a_failure_is_critical_when_the_certificate_ends_soon() throws Exception {
        var report = renew(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(29)), "ca-bundle=/nowhere.pem");

        assertThat(report.exitCode()).isEqualTo(2);
        assertThat(report.problem()).contains("ca-bundle").contains("/nowhere.pem");
    }

    private void fellBack(RenewalReport report, RenewalStep step, String reason, String inSentence) throws Exception {
        assertThat(report.outcome()).as(report.steps().toString()).isEqualTo(Outcome.KEPT);
        assertThat(report.exitCode()).isEqualTo(1);
        assertThat(report.reason()).isEqualTo(reason);
        assertThat(report.problem()).contains(inSentence);
        var last = report.steps().get(report.steps().size() - 1);
        if (step.compareTo(RenewalStep.BACKUP) > 0) {
            assertThat(last).as(report.steps().toString()).returns(RenewalStep.RESTORATION, StepReport::step);
            assertThat(last.isFailure()).isFalse();
        }
        assertThat(report.steps())
                .filteredOn(StepReport::isFailure)
                .extracting(StepReport::step)
                .containsExactly(step);
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(before).isEqualTo(broker.installed());
        assertThat(broker.key()).hasContent(key);
        Await.result(client.publish("bystander/note", "still here", 1));
        assertThat(client.endings).isEmpty();
        assertThat(told()).content().contains(inSentence);
    }

    private Path told() {
        return directory.resolve("told");
    }

    private static boolean runsAs(long pid, String user) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/status")).contains("Uid:\t" + user);
        } catch (java.io.IOException gone) {
            return false;
        }
    }

    private RenewalReport renew(String... settings) throws Exception {
        return renew(Clock.systemUTC(), settings);
    }

    private RenewalReport renew(Clock clock, String... settings) throws Exception {
        var config = broker.config(settings);
        var alert = directory.resolve("alert").toString();
        try (var renewals = new Renewals(
                vertx,
                config.renewal().alerting(java.util.List.of("/bin/sh", alert)),
                config.tls(),
                config.data(),
                (name, instance) -> new StepCliSource(vertx, broker.ca, directory),
                clock)) {
            return Await.result(renewals.renew(RenewedMosquitto.NAME, false));
        }
    }
}
