package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lumia.broker.TestBroker;
import io.lumia.fakes.FakeAuthority;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eclipse Mosquitto's command-line clients against our broker. */
class MosquittoClientsIT {
    @TempDir
    Path directory;

    private TestBroker broker;

    private record Answer(int exit, String output) {}

    @BeforeEach
    void start() throws Exception {
        assumeTrue(isInstalled(), "mosquitto_pub and mosquitto_sub are not installed (package mosquitto-clients)");
        broker = new TestBroker(directory.resolve("data"), Clock.systemUTC(), TestBroker.config());
        Files.writeString(directory.resolve("root.pem"), Pem.of(broker.authority.root()));
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void publish_and_subscribe_with_a_devices_certificate(String version) throws Exception {
        var device = broker.authority.device("dev-1");
        var subscriber =
                begin("mosquitto_sub", version, device, "devices/dev-1/#", "-C", "2", "-F", "%q %t %p", "-i", "sub");
        var retained = run("mosquitto_pub", version, device, "devices/dev-1/a", "-q", "1", "-m", "hello", "-r");
        assertThat(retained.exit).as(retained.output).isZero();
        var second = run("mosquitto_pub", version, device, "devices/dev-1/b", "-q", "1", "-m", "again", "-r");
        assertThat(second.exit).as(second.output).isZero();
        var heard = finished(subscriber);
        assertThat(heard.output).contains("1 devices/dev-1/a hello").contains("1 devices/dev-1/b again");
        assertThat(heard.exit).isZero();
    }

    @Test
    void publish_exactly_once_by_mqtt_3() throws Exception {
        var device = broker.authority.device("dev-1");
        var published = run("mosquitto_pub", "311", device, "devices/dev-1/a", "-q", "2", "-m", "x", "-r");
        assertThat(published.exit).as(published.output).isZero();
        var heard = run("mosquitto_sub", "311", device, "devices/dev-1/a", "-C", "1", "-q", "2");
        assertThat(heard.output).contains("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"311", "5"})
    void are_refused_with_no_other_expired_and_bootstrap_certificates(String version) throws Exception {
        var now = Instant.now();
        var name = new DeviceName("dev-1");
        var past = new Validity(now.minus(Duration.ofHours(3)), now.minus(Duration.ofHours(2)));
        var refused = new ArrayList<TlsMaterial>();
        refused.add(null);
        refused.add(new FakeAuthority(Clock.systemUTC()).device("dev-1"));
        refused.add(broker.authority.material(Profile.DEVICE, "dev-1", name, past));
        refused.add(broker.authority.material(Profile.BOOTSTRAP, "dev-1", name, Duration.ofHours(1)));
        for (TlsMaterial material : refused) {
            var answer = run("mosquitto_pub", version, material, "devices/dev-1/a", "-q", "1", "-m", "x");
            assertThat(answer.exit).as(answer.output).isNotZero();
        }
        var admitted = run("mosquitto_pub", version, broker.authority.device("dev-1"), "devices/dev-1/a", "-m", "x");
        assertThat(admitted.exit).as(admitted.output).isZero();
    }

    @Test
    void are_denied_another_devices_topic() throws Exception {
        var device = broker.authority.device("dev-1");
        var other = broker.authority.device("dev-2");
        assertThat(run("mosquitto_pub", "5", device, "devices/dev-2/a", "-q", "1", "-m", "evil", "-r").output)
                .contains("Not authorized");
        var subscribed = run("mosquitto_sub", "311", device, "devices/dev-2/#", "-C", "1");
        assertThat(subscribed.output).contains("denied").doesNotContain("evil");
        var ignored = run("mosquitto_pub", "311", device, "devices/dev-2/a", "-q", "1", "-m", "evil", "-r");
        assertThat(ignored.exit).isZero();
        var nothing = run("mosquitto_sub", "311", other, "devices/dev-2/#", "-W", "2");
        assertThat(nothing.output).doesNotContain("evil");
    }

    private Answer run(String program, String version, TlsMaterial material, String topic, String... more)
            throws Exception {
        return finished(begin(program, version, material, topic, more));
    }

    private Process begin(String program, String version, TlsMaterial material, String topic, String... more)
            throws IOException {
        var command = new ArrayList<>(List.of(
                program,
                "-V",
                version,
                "-h",
                "localhost",
                "-p",
                String.valueOf(broker.port()),
                "--cafile",
                directory.resolve("root.pem").toString(),
                "-t",
                topic));
        if (program.equals("mosquitto_sub")) {
            command.addAll(List.of("-q", "1"));
        }
        if (material != null) {
            var stem = material.leaf().getSerialNumber().toString(16);
            var key = directory.resolve(stem + ".key");
            var chain = directory.resolve(stem + ".pem");
            Files.writeString(key, Pem.of(material.key()));
            Files.writeString(chain, Pem.of(material.chain()));
            command.addAll(List.of("--key", key.toString(), "--cert", chain.toString()));
        }
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Answer finished(Process process) throws Exception {
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES))
                    .as("ends within a minute")
                    .isTrue();
            return new Answer(
                    process.exitValue(), new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isInstalled() {
        try {
            var process = new ProcessBuilder("mosquitto_pub", "--help")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor(1, TimeUnit.MINUTES);
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
