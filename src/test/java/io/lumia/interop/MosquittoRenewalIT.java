package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.fakes.MqttPeer;
import io.lumia.mqtt.Connect;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mosquitto's certificate renewed at step-ca by the nine steps, with clients connected. */
class MosquittoRenewalIT {
    private static final int CLIENTS = 10;
    private static final Duration WHOLE_CYCLE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private RenewedMosquitto broker;

    @BeforeEach
    void start() throws Exception {
        broker = new RenewedMosquitto(directory, "6m");
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void nine_steps_replace_the_certificate_and_no_client_is_dropped() throws Exception {
        var before = Fingerprint.of(broker.shown());
        var clients = new ArrayList<MqttPeer>();
        for (int i = 0; i < CLIENTS; i++) {
            var client = broker.client(vertx, "client-" + i);
            client.connect(Connect.clean("client-" + i, Duration.ofMinutes(1)));
            client.subscribe("traffic/" + i, 1);
            clients.add(client);
        }
        var traffic = new Traffic(vertx, clients);
        var begun = traffic.begin();

        var renewal = broker.renew();

        traffic.end();
        int sent = Await.result(begun);
        assertThat(renewal.exitCode()).as(renewal.printed()).isZero();
        assertThat(renewal.report().path("outcome").asText()).isEqualTo("renewed");
        assertThat(renewal.steps())
                .containsExactly(
                        "health",
                        "expiry",
                        "backup",
                        "order",
                        "validation",
                        "installation",
                        "reload",
                        "test",
                        "cleanup");
        assertThat(renewal.report().path("tookMillis").asLong()).isLessThan(WHOLE_CYCLE.toMillis());
        assertThat(Fingerprint.of(broker.shown())).isNotEqualTo(before).isEqualTo(broker.installed());
        assertThat(sent).isGreaterThan(CLIENTS);
        for (var client : clients) {
            assertThat(client.endings).isEmpty();
        }
        assertThat(clients.stream().mapToInt(client -> client.messages.size()).sum())
                .isEqualTo(sent);
        System.out.printf(
                "whole cycle %d ms, %d messages of QoS 1 meanwhile%n",
                renewal.report().path("tookMillis").asLong(), sent);
    }

    @Test
    void files_have_their_modes_and_the_backup_holds_what_was_there() throws Exception {
        var certificate = Files.readString(broker.certificate());
        var key = Files.readString(broker.key());

        var backup = Path.of(broker.renew().report().path("backup").asText());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(broker.certificate())))
                .isEqualTo("rw-r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(broker.key())))
                .isEqualTo("rw-------");
        assertThat(backup).hasParent(broker.backups());
        assertThat(Files.readString(backup.resolve("certificate.pem"))).isEqualTo(certificate);
        assertThat(Files.readString(backup.resolve("key.pem"))).isEqualTo(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup.resolve("key.pem"))))
                .isEqualTo("rw-------");
        try (var left = Files.list(broker.tls)) {
            assertThat(left).containsExactlyInAnyOrder(broker.certificate(), broker.key());
        }
    }

    @Test
    void leaves_a_certificate_alone_that_is_not_due() throws Exception {
        var before = broker.installed();

        var run = broker.renew("threshold=1s");

        assertThat(run.exitCode()).as(run.printed()).isZero();
        assertThat(run.steps()).containsExactly("health", "expiry");
        assertThat(broker.installed()).isEqualTo(before);
    }

    @Test
    void a_second_run_says_who_holds_the_instance_and_takes_over_when_that_was_killed() throws Exception {
        var slow = broker.file("target.reload-command=[sleep, '60']", "target.command-timeout=120s");
        var before = Fingerprint.of(broker.shown());
        var other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.lumia.Lumia",
                        "renew",
                        "--data",
                        broker.data().toString(),
                        "--config",
                        slow.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("other.log").toFile())
                .start();
        try {
            Await.until(vertx, "the other has installed", () -> !broker.installedIs(before));

            var busy = broker.renew();

            assertThat(busy.exitCode()).as(busy.printed()).isEqualTo(1);
            assertThat(busy.report().path("problem").asText()).contains("process " + other.pid());
        } finally {
            other.descendants().forEach(ProcessHandle::destroyForcibly);
            other.destroyForcibly();
            int unused = other.waitFor();
        }
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(before);

        var run = broker.renew();

        assertThat(run.exitCode()).as(run.printed()).isZero();
        assertThat(run.printed()).contains("interrupted");
        assertThat(Fingerprint.of(broker.shown())).isNotEqualTo(before).isEqualTo(broker.installed());
    }

    /** Every client publishes to itself at QoS 1, the next message when the one before was acknowledged. */
    private static final class Traffic {
        private final Vertx vertx;
        private final List<MqttPeer> clients;
        private volatile boolean over;

        Traffic(Vertx vertx, List<MqttPeer> clients) {
            this.vertx = vertx;
            this.clients = clients;
        }

        /** Completes with how many were acknowledged, once it was ended. */
        Future<Integer> begin() {
            var loops = new ArrayList<Future<Integer>>();
            for (int i = 0; i < clients.size(); i++) {
                loops.add(next(clients.get(i), "traffic/" + i, 0));
            }
            return Future.all(loops)
                    .map(ended -> loops.stream().mapToInt(Future::result).sum());
        }

        void end() {
            over = true;
        }

        private Future<Integer> next(MqttPeer client, String topic, int sent) {
            if (over) {
                return Future.succeededFuture(sent);
            }
            return vertx.timer(10)
                    .compose(waited -> client.later(topic, "m" + sent))
                    .compose(acknowledged -> next(client, topic, sent + 1));
        }
    }
}
