package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MqttPeer;
import io.lumia.mqtt.Connect;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mosquitto takes a changed CA bundle only when it starts: it is restarted for that, and for nothing else. */
class MosquittoRenewalRestartIT {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private RenewedMosquitto broker;
    private Path bundle;
    private String cafile;

    @BeforeEach
    void start() throws Exception {
        broker = new RenewedMosquitto(directory, "30m");
        bundle = Files.writeString(
                directory.resolve("roots.pem"), Pem.of(List.of(broker.ca.root(), broker.clients.root())));
        cafile = Files.readString(directory.resolve("clients.pem"));
    }

    @AfterEach
    void stop() throws Exception {
        if (broker != null) {
            if (Files.exists(broker.pidFile())) {
                ProcessHandle.of(pid()).ifPresent(process -> {
                    process.destroyForcibly();
                    process.onExit().join();
                });
            }
            broker.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void restarts_for_a_changed_bundle_and_reloads_when_it_is_the_same() throws Exception {
        long first = pid();

        var restarted = renew("target.restart-command=[/bin/sh, " + restart() + "]");

        assertThat(restarted.exitCode()).as(restarted.printed()).isZero();
        assertThat(restarted.printed()).contains("restarted for the changed CA bundle");
        assertThat(directory.resolve("clients.pem")).hasSameTextualContentAs(bundle);
        long second = pid();
        assertThat(second).isNotEqualTo(first);
        assertThat(ProcessHandle.of(first)).isEmpty();
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(broker.installed());
        var ofNewRoot = clientOfStepCa();
        ofNewRoot.connect(Connect.clean("newcomer", Duration.ofMinutes(1)));

        var reloaded = renew("target.restart-command=[/bin/sh, " + restart() + "]");

        assertThat(reloaded.exitCode()).as(reloaded.printed()).isZero();
        assertThat(reloaded.printed()).contains("SIGHUP");
        assertThat(pid()).isEqualTo(second);
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(broker.installed());
        assertThat(ofNewRoot.endings).isEmpty();
        ofNewRoot.disconnect();
    }

    @Test
    void refuses_a_changed_bundle_without_a_way_to_restart() throws Exception {
        long first = pid();
        var certificate = broker.installed();

        var run = renew();

        assertThat(run.exitCode()).as(run.printed()).isEqualTo(1);
        assertThat(run.report().path("problem").asText()).contains("target.restart-command");
        assertThat(directory.resolve("clients.pem")).hasContent(cafile);
        assertThat(broker.installed()).isEqualTo(certificate).isEqualTo(Fingerprint.of(broker.shown()));
        assertThat(pid()).isEqualTo(first);
    }

    private RenewCommandRun renew(String... more) throws Exception {
        var settings = new java.util.ArrayList<>(
                List.of("ca-bundle=" + bundle, "target.ca-file=" + directory.resolve("clients.pem")));
        settings.addAll(List.of(more));
        return RenewCommandRun.of(broker.data(), broker.file(settings.toArray(String[]::new)), "--json", "--force");
    }

    /** Ends the broker and begins another, as a service manager does. */
    private Path restart() throws IOException {
        return Files.writeString(directory.resolve("restart"), """
                PATH=$PATH:/usr/sbin:/usr/local/sbin
                old=$(cat %1$s)
                kill $old
                while kill -0 $old 2>/dev/null; do sleep 0.05; done
                mosquitto -d -c %2$s >/dev/null 2>&1
                until [ -s %1$s ] && [ "$(cat %1$s)" != $old ]; do sleep 0.05; done
                """.formatted(broker.pidFile(), broker.configuration()));
    }

    private MqttPeer clientOfStepCa() throws Exception {
        var certificate = directory.resolve("newcomer.pem");
        var key = directory.resolve("newcomer.key");
        broker.ca.issue("newcomer", certificate, key, "30m");
        return new MqttPeer(
                vertx,
                new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true),
                "localhost",
                broker.port,
                broker.ca.root(),
                TlsMaterial.parse(Files.readString(key), Files.readString(certificate)));
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(broker.pidFile()).strip());
    }
}
