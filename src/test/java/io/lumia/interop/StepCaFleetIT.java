package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.interop.ExternalProgram.Running;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole fleet on a real step-ca and a real Mosquitto. */
class StepCaFleetIT {
    private static final int DEVICES = 25;
    private static final long PATIENCE_S = 60;
    private static final String LOST = "lumia_mqtt_sequence_gaps_total{kind=\"lost\"}";
    private static final String ENFORCED = "lumia_revocation_enforced_seconds_count{broker=\"mosquitto\"}";

    @TempDir
    static Path directory;

    private static StepCaLab lab;
    private static RunningLumia lumia;
    private static ExternalProgram publisher;
    private static ExternalProgram subscriber;
    private static ExternalProgram openssl;

    /** Files for {@code --cert} and {@code --key}. */
    private record Pair(Path certificate, Path key) {}

    @BeforeAll
    static void start() throws Exception {
        publisher = ExternalProgram.find("mosquitto_pub", Map.of(), directory);
        subscriber = ExternalProgram.find("mosquitto_sub", Map.of(), directory);
        openssl = ExternalProgram.find("openssl", Map.of(), directory);
        CryptoProviders.install();
        lab = new StepCaLab(directory, Map.of("DEVICE_LIFETIME", "36s"));
        lab.startCa();
        lumia = lab.startFleet(
                directory.resolve("data"),
                "127.33.0.0/16",
                DEVICES,
                "agent.overlap=1s",
                "provisioning.whitelist=swarm,127.0.0.1");
    }

    @AfterAll
    static void stop() throws Exception {
        if (lumia != null) {
            lumia.stop();
        }
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void all_devices_renew_by_acme_and_no_message_is_lost() throws Exception {
        assertThat(lumia.metric("lumia_provisioning_requests_total{result=\"issued\"}"))
                .as("devices, the application and the broker's administrator")
                .isEqualTo(DEVICES + 2);
        double heard = lumia.metric("lumia_mqtt_delivery_seconds_count");
        await("every device has renewed", () -> lumia.metric("lumia_acme_renewal_success_total") > DEVICES);
        await("messages arrive", () -> lumia.metric("lumia_mqtt_delivery_seconds_count") > heard + DEVICES);
        assertThat(lumia.metric(LOST)).isZero();
    }

    @Test
    void topics_of_another_device_are_denied() throws Exception {
        var pair = copied("dev-0001");
        assertThat(publish(pair, "devices/dev-0001/note")).doesNotContain("Not authorized");
        assertThat(publish(pair, "devices/dev-0002/commands")).contains("Not authorized");
        assertThat(publish(pair, "$CONTROL/dynamic-security/v1")).contains("Not authorized");
        try (var heard = subscribe(pair, "devices/+/telemetry", "-W", "5")) {
            var unused = heard.await();
            assertThat(heard.printed())
                    .contains("devices/dev-0001/telemetry")
                    .doesNotContain("devices/dev-0002/telemetry");
        }
    }

    @Test
    void a_bootstrap_certificate_opens_no_connection() throws Exception {
        var identity = lumia.identity("dev-0004");
        var bootstrap = new Pair(identity.resolve("bootstrap.pem"), identity.resolve("identity-key.pem"));
        try (var refused = publisher.begin(options(bootstrap, "devices/dev-0004/note", "-m", "x", "-q", "1"))) {
            assertThat(refused.await()).as(refused.printed()).isNotZero();
        }
    }

    @Test
    void a_claimed_name_is_not_given_to_another_key() throws Exception {
        var csr = CertificateRequest.create(KeyPairs.p256(), "dev-0001", List.of("dev-0001.devices.lumia.internal"));
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(lumia.provisioning() + "/v1/certificates"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(new JsonObject()
                                        .put("device", "dev-0001")
                                        .put("csr", csr)
                                        .encode()))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
    }

    @Test
    void a_revoked_certificate_loses_its_session_and_gets_no_other_while_others_stay() throws Exception {
        var stolen = copied("dev-0003");
        var session = directory.resolve("session.pem").toString();
        assertThat(handshake(stolen, "-sess_out", session)).contains("New, TLSv1.2");
        assertThat(handshake(stolen, "-sess_in", session)).contains("Reused, TLSv1.2");
        double before = lumia.metric(ENFORCED);
        try (var thief = subscribe(stolen, "devices/dev-0003/telemetry", "-i", "thief")) {
            thief.awaitPrinted("devices/dev-0003/telemetry");
            var serial = SerialNumber.of(
                    Pem.certificates(Files.readString(stolen.certificate)).get(0));
            var revoked = lumia.post("/certificates/" + serial + "/revoke", "{\"reason\": \"keyCompromise\"}");
            assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
            await("Mosquitto obeys", () -> lumia.metric(ENFORCED) > before);
            refused(stolen, "devices/dev-0003/note");
            assertThat(handshake(stolen, "-sess_in", session))
                    .doesNotContain("Reused")
                    .contains("alert certificate");
            assertThat(ended()).isNotEmpty().allMatch(line -> line.contains("dev-0003") || line.contains("thief"));
        }
    }

    @Test
    void what_step_revokes_is_enforced_as_well() throws Exception {
        var stolen = copied("dev-0005");
        lab.revoke(stolen.certificate, stolen.key);
        await("the list was fetched and is in force", () -> {
            try (var tried = publisher.begin(options(stolen, "devices/dev-0005/note", "-m", "x", "-q", "1"))) {
                return tried.await() != 0;
            }
        });
        await("the session is ended", () -> lab.brokerSaid().contains("dev-0005 been disconnected by administrative"));
    }

    private static List<String> ended() throws Exception {
        return lab.brokerSaid()
                .lines()
                .filter(line -> line.contains("administrative action"))
                .filter(line -> !line.contains("dev-0005"))
                .toList();
    }

    /** What the device has now; the files change with its next renewal. */
    private static Pair copied(String device) throws Exception {
        var current = lumia.identity(device).resolve("current").toRealPath();
        var copy = Files.createTempDirectory(directory, device);
        Files.copy(current.resolve("fullchain.pem"), copy.resolve("certificate.pem"));
        Files.copy(current.resolve("key.pem"), copy.resolve("key.pem"));
        return new Pair(copy.resolve("certificate.pem"), copy.resolve("key.pem"));
    }

    private static String publish(Pair pair, String topic) throws Exception {
        try (var said = publisher.begin(options(pair, topic, "-m", "x", "-q", "1"))) {
            assertThat(said.await()).as(said.printed()).isZero();
            return said.printed();
        }
    }

    private static void refused(Pair pair, String topic) throws Exception {
        try (var said = publisher.begin(options(pair, topic, "-m", "x", "-q", "1"))) {
            assertThat(said.await()).as(said.printed()).isNotZero();
        }
    }

    /** What openssl tells; it ends with the handshake. A server looks at no certificate where it resumes a session. */
    private static String handshake(Pair pair, String... more) throws Exception {
        var all = new ArrayList<>(List.of("s_client", "-tls1_2", "-connect", "localhost:" + lab.mqttPort));
        all.addAll(List.of("-CAfile", lab.root().toString(), "-cert", pair.certificate.toString()));
        all.addAll(List.of("-key", pair.key.toString()));
        all.addAll(List.of(more));
        try (var shaken = openssl.begin(all.toArray(String[]::new))) {
            var unused = shaken.await();
            return shaken.printed();
        }
    }

    private static Running subscribe(Pair pair, String topic, String... more) throws Exception {
        var all = new ArrayList<>(List.of("-v", "-q", "1"));
        all.addAll(List.of(more));
        return subscriber.begin(options(pair, topic, all.toArray(String[]::new)));
    }

    private static String[] options(Pair pair, String topic, String... more) {
        var all = new ArrayList<>(List.of("-V", "5", "-h", "localhost", "-p", "" + lab.mqttPort, "-t", topic));
        all.addAll(List.of("--cafile", lab.root().toString(), "--cert", pair.certificate.toString()));
        all.addAll(List.of("--key", pair.key.toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static void await(String what, Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!holds.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }
}
