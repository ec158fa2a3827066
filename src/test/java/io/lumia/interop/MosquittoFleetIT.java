package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.FakeAuthority;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock MQTT and TLS programs against the whole running system, with the certificates that its devices obtained. */
class MosquittoFleetIT {
    private static final long PATIENCE_S = 90;

    @TempDir
    static Path directory;

    private static RunningLumia lumia;
    private static Pair expiring;

    /** Files for {@code --cert} and {@code --key}. */
    private record Pair(Path certificate, Path key) {}

    private record Answer(int exit, String output) {}

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                isInstalled("mosquitto_pub"), "mosquitto_pub and mosquitto_sub are not installed (mosquitto-clients)");
        CryptoProviders.install();
        lumia = new RunningLumia(directory.resolve("data"), "127.31.0.0/16", 2);
        expiring = written("expiring", issued("dev-0001", "10s"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (lumia != null) {
            lumia.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void a_devices_own_certificate_hears_its_telemetry_and_publishes(String version) throws Exception {
        var heard = subscribe(version, own("dev-0001"), "devices/dev-0001/telemetry", "-C", "2");
        assertThat(heard.exit).as(heard.output).isZero();
        assertThat(heard.output.lines()).hasSize(2).allMatch(line -> line.startsWith("{"));
        var said = publish(version, own("dev-0001"), "devices/dev-0001/note", "-r", "-m", "note by " + version);
        assertThat(said.exit).as(said.output).isZero();
        var note = subscribe(version, own("dev-0001"), "devices/dev-0001/note", "-C", "1");
        assertThat(note.output).contains("note by " + version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void no_certificate_or_one_of_another_ca_does_not_pass_the_handshake(String version) throws Exception {
        double refused = lumia.metric("lumia_mqtt_connects_total");
        assertThat(publish(version, null, "devices/dev-0001/note", "-m", "x").exit)
                .isNotZero();
        var stranger = written("stranger", new FakeAuthority(Clock.systemUTC()).device("dev-0001"));
        assertThat(publish(version, stranger, "devices/dev-0001/note", "-m", "x").exit)
                .isNotZero();
        lumia.awaitMetric("lumia_mqtt_connects_total", refused + 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void a_bootstrap_certificate_is_not_authorised(String version) throws Exception {
        var identity = lumia.identity("dev-0001");
        var bootstrap = new Pair(identity.resolve("bootstrap.pem"), identity.resolve("identity-key.pem"));
        var answer = publish(version, bootstrap, "devices/dev-0001/note", "-m", "x");
        assertThat(answer.exit).isNotZero();
        assertThat(answer.output).containsIgnoringCase("not authori");
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void an_expired_certificate_is_refused(String version) throws Exception {
        var ends = Pem.certificates(Files.readString(expiring.certificate))
                .get(0)
                .getNotAfter()
                .toInstant();
        while (!Clock.systemUTC().instant().isAfter(ends)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        var answer = publish(version, expiring, "devices/dev-0001/note", "-m", "x");
        assertThat(answer.exit).as(answer.output).isNotZero();
    }

    @Test
    void another_devices_topics_are_denied() throws Exception {
        var said = publish("5", own("dev-0001"), "devices/dev-0002/commands", "-r", "-m", "evil");
        assertThat(said.output).contains("Not authorized");
        var ignored = publish("311", own("dev-0001"), "devices/dev-0002/commands", "-r", "-m", "evil");
        assertThat(ignored.exit)
                .as("MQTT 3.1.1 cannot say no: " + ignored.output)
                .isZero();
        var victim = subscribe("311", own("dev-0002"), "devices/dev-0002/#", "-W", "2");
        assertThat(victim.output).doesNotContain("evil");
        for (String version : List.of("311", "5")) {
            for (String filter : List.of("devices/dev-0002/telemetry", "devices/#", "#")) {
                var heard = subscribe(version, own("dev-0001"), filter, "-W", "2");
                assertThat(heard.output).contains("denied").doesNotContain("{");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void a_revoked_certificate_loses_its_session_at_once_and_gets_no_other(String version) throws Exception {
        double enforced = lumia.metric("lumia_revocation_enforced_seconds_count");
        var stolen = issued("dev-0002", "1h");
        var thief =
                begin("mosquitto_sub", version, written("stolen" + version, stolen), "devices/dev-0002/+", "-q", "1");
        var bystander =
                begin("mosquitto_sub", version, own("dev-0002"), "devices/dev-0002/telemetry", "-C", "20", "-q", "1");
        try {
            assertThat(thief.inputReader().readLine()).as("it is connected").startsWith("{");
            var serial = SerialNumber.of(stolen.leaf());
            var revoked = lumia.post("/certificates/" + serial + "/revoke", "{\"reason\": \"keyCompromise\"}");
            assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
            // an MQTT 5 client ends when it is told to go, an MQTT 3 one when it comes again and is refused
            var end = finished(thief);
            assertThat(version.equals("5") || end.exit != 0).as(end.output).isTrue();
            var again = publish(version, written("again" + version, stolen), "devices/dev-0002/note", "-m", "x");
            assertThat(again.exit).isNotZero();
            assertThat(again.output).containsIgnoringCase("not authori");
            lumia.awaitMetric("lumia_revocation_enforced_seconds_count", enforced + 1);
            assertThat(lumia.metric("lumia_revocation_enforced_seconds_count")).isEqualTo(enforced + 1);
            var untouched = finished(bystander);
            assertThat(untouched.exit).as(untouched.output).isZero();
            assertThat(untouched.output.lines()).hasSize(20);
        } finally {
            thief.destroyForcibly();
            bystander.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"broker,-tls1_2", "broker,-tls1_3", "CA,-tls1_2", "CA,-tls1_3"})
    void openssl_agrees_with_the_chain_that_is_served(String listener, String version) throws Exception {
        int port = listener.equals("CA") ? lumia.caPort() : lumia.brokerPort();
        var own = own("dev-0001");
        var answer = run(List.of(
                "openssl",
                "s_client",
                "-connect",
                "localhost:" + port,
                "-servername",
                "localhost",
                version,
                "-CAfile",
                lumia.root().toString(),
                "-cert",
                own.certificate.toString(),
                "-key",
                own.key.toString(),
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-showcerts"));
        assertThat(answer.output).contains("Verify return code: 0 (ok)");
        var served = Pem.certificates(answer.output.substring(answer.output.indexOf("-----BEGIN")));
        var leaf = Files.writeString(directory.resolve("served.pem"), Pem.of(served.get(0)));
        var intermediate = Files.writeString(directory.resolve("intermediate.pem"), Pem.of(served.get(1)));
        var verified = run(List.of(
                "openssl",
                "verify",
                "-x509_strict",
                "-policy_check",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "localhost",
                "-CAfile",
                lumia.root().toString(),
                "-untrusted",
                intermediate.toString(),
                leaf.toString()));
        assertThat(verified.output.strip()).endsWith("served.pem: OK");
    }

    @ParameterizedTest
    @CsvSource({"broker,-tls1", "broker,-tls1_1", "CA,-tls1", "CA,-tls1_1"})
    void older_tls_is_not_offered(String listener, String version) throws Exception {
        int port = listener.equals("CA") ? lumia.caPort() : lumia.brokerPort();
        var answer = run(
                List.of("openssl", "s_client", "-connect", "localhost:" + port, version, "-cipher", "ALL:@SECLEVEL=0"));
        assertThat(answer.exit).isNotZero();
        assertThat(answer.output).contains("alert protocol version");
    }

    private static Pair own(String device) {
        var current = lumia.identity(device).resolve("current");
        return new Pair(current.resolve("fullchain.pem"), current.resolve("key.pem"));
    }

    /** A certificate for a claimed name, by the admin API. */
    private static TlsMaterial issued(String device, String validity) throws Exception {
        var pair = KeyPairs.p256();
        var answer = lumia.post(
                "/certificates",
                new JsonObject()
                        .put("csr", CertificateRequest.create(pair, device, List.of()))
                        .put("profile", "device")
                        .put("validity", validity)
                        .encode());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        var json = new JsonObject(answer.body());
        return TlsMaterial.parse(Pem.of(pair.getPrivate()), json.getString("certificate") + json.getString("chain"));
    }

    private static Pair written(String name, TlsMaterial material) throws IOException {
        return new Pair(
                Files.writeString(directory.resolve(name + ".pem"), Pem.of(material.chain())),
                Files.writeString(directory.resolve(name + ".key"), Pem.of(material.key())));
    }

    private static Answer publish(String version, Pair pair, String topic, String... more) throws Exception {
        return finished(begin("mosquitto_pub", version, pair, topic, with(more, "-q", "1")));
    }

    private static Answer subscribe(String version, Pair pair, String topic, String... more) throws Exception {
        return finished(begin("mosquitto_sub", version, pair, topic, with(more, "-q", "1")));
    }

    private static String[] with(String[] some, String... more) {
        var all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static Process begin(String program, String version, Pair pair, String topic, String... more)
            throws IOException {
        var command =
                new ArrayList<>(List.of(program, "-V", version, "-h", "localhost", "-p", "" + lumia.brokerPort()));
        command.addAll(List.of("--cafile", lumia.root().toString(), "-t", topic));
        if (pair != null) {
            command.addAll(List.of("--cert", pair.certificate.toString(), "--key", pair.key.toString()));
        }
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Answer run(List<String> command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return finished(process);
    }

    private static Answer finished(Process process) throws Exception {
        try {
            assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS))
                    .as("ends within " + PATIENCE_S + " s")
                    .isTrue();
            var output = new StringBuilder();
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                lines.lines().forEach(line -> output.append(line).append('\n'));
            }
            return new Answer(process.exitValue(), output.toString());
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }
}
