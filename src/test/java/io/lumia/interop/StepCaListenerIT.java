package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.CryptoProviders;
import io.lumia.x509.Pem;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real step-ca gives our broker its certificate by ACME; what is served is what openssl and mosquitto's clients see. */
class StepCaListenerIT {
    private static final long PATIENCE_S = 60;
    private static final String ADDRESSES = "127.36.0.0/16";

    @TempDir
    static Path directory;

    private static LocalStepCa ca;
    private static ExternalProgram openssl;
    private static ExternalProgram publish;

    @BeforeAll
    static void start() throws Exception {
        CryptoProviders.install();
        openssl = ExternalProgram.find("openssl", Map.of(), directory);
        publish = ExternalProgram.find("mosquitto_pub", Map.of(), directory);
        ca = new LocalStepCa(directory);
    }

    @AfterAll
    static void stop() {
        if (ca != null) {
            ca.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http-01", "tls-alpn-01"})
    void gives_the_broker_its_certificate_which_is_renewed_under_a_connected_client(String challenge) throws Exception {
        var data = directory.resolve(challenge);
        var lumia = lumia(data, challenge);
        try {
            var first = served(lumia);
            publish(lumia);
            double connects = lumia.metric("lumia_mqtt_connects_total");

            var answer = lumia.post("/listeners/broker/renew", "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            var renewed = new JsonObject(answer.body());

            var second = served(lumia);
            assertThat(second).isNotEqualTo(first);
            assertThat(second.getSerialNumber().toString(16)).isEqualTo(renewed.getString("serial"));
            assertThat(lumia.metric("lumia_mqtt_connections"))
                    .as("application and device")
                    .isEqualTo(2);
            assertThat(lumia.metric("lumia_mqtt_connects_total"))
                    .as("nobody had to come again")
                    .isEqualTo(connects);
            publish(lumia);

            ca.stop();
            var kept = lumia.post("/listeners/broker/renew", "");
            ca.start();

            assertThat(kept.statusCode()).as(kept.body()).isEqualTo(409);
            assertThat(kept.body()).contains("broker.tls.acme.directory-url", "unreachable");
            assertThat(served(lumia)).isEqualTo(second);
        } finally {
            lumia.stop();
        }
    }

    @Test
    void is_not_asked_again_when_the_broker_restarts() throws Exception {
        var data = directory.resolve("restarted");
        var first = lumia(data, "http-01");
        X509Certificate before;
        try {
            before = served(first);
        } finally {
            first.stop();
        }
        ca.stop();
        RunningLumia second;
        try {
            second = lumia(data, "http-01");
        } finally {
            ca.start();
        }
        try {
            assertThat(served(second)).isEqualTo(before);
        } finally {
            second.stop();
        }
    }

    @Test
    void the_fallback_is_served_while_the_ca_is_down_and_replaced_when_it_is_back() throws Exception {
        var certificate = directory.resolve("fallback.crt");
        var key = directory.resolve("fallback.key");
        ca.issue("localhost", certificate, key, "24h");
        var fallback = Pem.certificates(Files.readString(certificate)).get(0);
        var data = directory.resolve("with-fallback");
        ca.stop();
        RunningLumia lumia;
        try {
            lumia = lumia(data, "http-01", "broker.tls.cert-file=" + certificate, "broker.tls.key-file=" + key);
        } finally {
            ca.start();
        }
        try {
            until("a certificate of step-ca by ACME", () -> !served(lumia).equals(fallback));
            until("the fallback is over", () -> lumia.metric("lumia_tls_fallback_in_use") == 0);
            publish(lumia);
        } finally {
            lumia.stop();
        }
    }

    private static RunningLumia lumia(Path data, String challenge, String... more) throws Exception {
        int port = challenge.equals("http-01") ? ca.http01Port : ca.tlsAlpn01Port;
        var settings = new ArrayList<>(List.of(
                "broker.tls.mode=acme",
                "broker.tls.acme.directory-url=" + ca.directory(),
                "broker.tls.acme.ca-bundle=" + ca.rootFile(),
                "broker.tls.acme.domains=localhost",
                "broker.tls.acme.email=admin@example.com",
                "broker.tls.acme.challenge-type=" + challenge,
                "broker.tls.acme.challenge-address=127.0.0.1:" + port,
                "agent.tls.ca-files=" + ca.rootFile()));
        settings.addAll(List.of(more));
        return new RunningLumia(data, ADDRESSES, 1, settings.toArray(String[]::new));
    }

    /** The leaf that openssl sees, as the device, and verifies up to step-ca's root. */
    private static X509Certificate served(RunningLumia lumia) throws Exception {
        var identity = lumia.identity("dev-0001").resolve("current");
        var seen = openssl.run(
                "s_client",
                "-connect",
                "localhost:" + lumia.brokerPort(),
                "-servername",
                "localhost",
                "-verify_hostname",
                "localhost",
                "-verify_return_error",
                "-cert",
                identity.resolve("certificate.pem").toString(),
                "-key",
                identity.resolve("key.pem").toString(),
                "-CAfile",
                ca.rootFile().toString());
        assertThat(seen).contains("Verify return code: 0 (ok)");
        return Pem.certificates(seen).get(0);
    }

    private static void publish(RunningLumia lumia) throws Exception {
        var identity = lumia.identity("dev-0001").resolve("current");
        publish.run(
                "-h",
                "localhost",
                "-p",
                "" + lumia.brokerPort(),
                "--cafile",
                ca.rootFile().toString(),
                "--cert",
                identity.resolve("fullchain.pem").toString(),
                "--key",
                identity.resolve("key.pem").toString(),
                "-i",
                "note",
                "-q",
                "1",
                "-t",
                "devices/dev-0001/note",
                "-m",
                "by a stock client");
    }

    private interface Question {
        boolean answer() throws Exception;
    }

    private static void until(String what, Question question) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!question.answer()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }
}
