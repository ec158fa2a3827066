package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.TestBroker;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.fakes.Await;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A TLS session that OpenSSL resumes skips the certificate; it must not skip the revocation. */
class OpenSslResumptionIT {
    private static final long PATIENCE_S = 60;
    private static final String ACCEPTED = "\u0020\u0002\u0000\u0000";
    private static final String NOT_AUTHORIZED = "\u0020\u0002\u0000\u0005";

    /** MQTT 3.1.1, clean session, client id {@code c}. */
    private static final byte[] CONNECT = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'c'};

    @TempDir
    Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        ExternalProgram.find("openssl", java.util.Map.of(), directory);
        broker = new TestBroker(directory.resolve("data"), Clock.systemUTC(), TestBroker.config());
        Files.writeString(directory.resolve("root.pem"), Pem.of(broker.authority.root()));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void a_revoked_certificate_is_kicked_and_gets_nowhere_with_its_old_session(String version) throws Exception {
        var enforced = new ConcurrentLinkedQueue<RevocationEnforced>();
        Await.result(FleetBus.REVOCATION_ENFORCED.listen(broker.vertx, enforced::add));
        var material = broker.authority.device("dev-1");
        write(material);
        var session = directory.resolve("session.pem");
        try (var first = new Client(version, "-sess_out", session.toString())) {
            first.awaits(ACCEPTED);
            first.until(
                    () -> Files.exists(session) && Files.readString(session).contains("-----END "),
                    "a session to resume");
        }
        try (var resumed = new Client(version, "-sess_in", session.toString())) {
            resumed.awaits(ACCEPTED);
            assertThat(resumed.printed()).as("the session is resumed").contains("Reused, TLS");
            FleetBus.CERTIFICATE_REVOKED.publish(
                    broker.vertx, broker.authority.revoke(SerialNumber.of(material.leaf())));
            resumed.ends();
        }
        Await.until(broker.vertx, "acknowledged", () -> enforced.size() == 1);
        assertThat(enforced.peek().serial()).isEqualTo(SerialNumber.of(material.leaf()));
        try (var again = new Client(version, "-sess_in", session.toString())) {
            again.awaits(NOT_AUTHORIZED);
            assertThat(again.printed()).as("the session is resumed").contains("Reused, TLS");
            again.ends();
        }
    }

    private void write(TlsMaterial material) throws IOException {
        Files.writeString(directory.resolve("client.pem"), Pem.of(material.chain()));
        Files.writeString(directory.resolve("client.key"), Pem.of(material.key()));
    }

    /** {@code openssl s_client} that said CONNECT. */
    private final class Client implements AutoCloseable {
        private final Path log = Files.createTempFile(directory, "openssl", ".log");
        private final Process process;

        Client(String... more) throws IOException {
            var command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + broker.port()));
            command.addAll(List.of("-CAfile", "root.pem", "-cert", "client.pem", "-key", "client.key", "-ign_eof"));
            command.addAll(List.of(more));
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().write(CONNECT);
            process.getOutputStream().flush();
        }

        String printed() throws IOException {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        }

        void awaits(String answer) throws Exception {
            until(() -> printed().contains(answer), "the answer");
        }

        void until(java.util.concurrent.Callable<Boolean> holds, String what) throws Exception {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            while (!holds.call()) {
                assertThat(System.nanoTime()).as(what + "\n" + printed()).isLessThan(end);
                assertThat(process.waitFor(10, TimeUnit.MILLISECONDS) && !holds.call())
                        .as("ended before " + what + "\n" + printed())
                        .isFalse();
            }
        }

        void ends() throws Exception {
            assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS))
                    .as(printed())
                    .isTrue();
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }
}
