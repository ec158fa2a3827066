package io.lumia.renewal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.bus.FleetBus.TrustConfirmed;
import io.lumia.config.TrustConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootFilesVerticleTest {
    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final X509Certificate first = new FleetCa(Clock.systemUTC()).root();
    private final X509Certificate second = new FleetCa(Clock.systemUTC()).root();
    private final List<String> confirmed = new CopyOnWriteArrayList<>();
    private volatile TrustChanged bundle = bundle(List.of(first));

    @BeforeEach
    void serve() {
        FleetBus.install(vertx);
        Await.result(FleetBus.DESCRIBE_TRUST.serve(vertx, asked -> Future.succeededFuture(bundle)));
        Await.result(FleetBus.CONFIRM_TRUST.serve(vertx, told -> {
            confirmed.add(told.bundleFingerprint());
            return Future.succeededFuture(new TrustConfirmed(true, told.bundleFingerprint()));
        }));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void writes_the_roots_and_confirms_once_the_command_has_run() throws Exception {
        var ran = directory.resolve("ran");
        deploy(List.of("/bin/sh", "-c", "cat " + file() + " >> " + ran));
        Await.until(vertx, "confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));

        change(List.of(first, second));

        Await.until(vertx, "confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));
        assertThat(Pem.certificates(Files.readString(file()))).containsExactly(first, second);
        assertThat(Pem.certificates(Files.readString(ran))).containsExactly(first, first, second);
    }

    @Test
    void a_command_that_fails_is_run_again_and_nothing_is_confirmed_before() throws Exception {
        var allowed = directory.resolve("allowed");
        deploy(List.of("/bin/sh", "-c", "test -e " + allowed));
        Await.until(vertx, "the file is written", () -> Files.exists(file()));
        assertThat(confirmed).isEmpty();

        Files.writeString(allowed, "");

        Await.until(vertx, "confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));
    }

    @Test
    void without_a_command_an_operator_is_waited_for() throws Exception {
        deploy(List.of());
        Await.until(vertx, "the file is written", () -> Files.exists(file()));
        change(List.of(first, second));
        Await.until(vertx, "both are written", () -> roots().size() == 2);
        assertThat(confirmed).isEmpty();

        deploy(List.of());

        Await.until(vertx, "the next start confirms", () -> confirmed.contains(bundle.bundleFingerprint()));
    }

    private void deploy(List<String> command) {
        var config = new TrustConfig(List.of(file()), command, Duration.ofSeconds(10));
        Await.result(vertx.deployVerticle(new RootFilesVerticle(config)));
    }

    private Path file() {
        return directory.resolve("mosquitto/ca.crt");
    }

    private List<X509Certificate> roots() {
        try {
            return Pem.certificates(Files.readString(file()));
        } catch (Exception unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private void change(List<X509Certificate> roots) {
        bundle = bundle(roots);
        FleetBus.TRUST_CHANGED.publish(vertx, bundle);
    }

    private static TrustChanged bundle(List<X509Certificate> roots) {
        return new TrustChanged(Pem.of(roots), Fingerprint.ofBundle(roots).hex(), Instant.EPOCH);
    }
}
