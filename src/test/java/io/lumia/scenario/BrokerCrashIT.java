package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.FreePort;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the broker while clients with lasting sessions publish and listen, with QoS 1 and 2, with and without fsync: what was acknowledged
 * reaches every session, those that were away included, and at QoS 2 once.
 */
class BrokerCrashIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IDENTITY = "soak";

    @TempDir
    Path directory;

    @Test
    void loses_no_acknowledged_message_when_killed_under_load() throws Exception {
        survives(2, 7, Duration.ofMillis(500), Duration.ofMillis(1500));
    }

    /** The long form: {@code scripts/soak --broker-kills N}. */
    @Test
    @Tag("soak")
    void loses_no_acknowledged_message_however_often_it_is_killed() throws Exception {
        long seed = Long.getLong("lumia.soak.seed", Clock.systemUTC().millis());
        System.out.println("soak: seed " + seed);
        survives(Integer.getInteger("lumia.soak.kills", 20), seed, Duration.ofMillis(500), Duration.ofSeconds(4));
    }

    private void survives(int kills, long seed, Duration least, Duration more) throws Exception {
        var random = new Random(seed);
        int port = FreePort.anywhere();
        var run = start(port, 0);
        try (var load = new SessionLoad(tls(run), port)) {
            load.begin();
            for (int kill = 1; kill <= kills; kill++) {
                long moment = least.toMillis() + random.nextInt((int) more.toMillis());
                int before = load.acknowledged();
                var running = run;
                running.await("publishing goes on", () -> load.acknowledged() > before);
                running.letRun(Duration.ofMillis(moment));
                running.kill();
                System.out.printf(
                        "soak: kill %d (%s), %d ms under load, %d messages acknowledged so far%n",
                        kill, durability(kill - 1), moment, load.acknowledged());
                run = start(port, kill);
            }
            load.end();
            load.wake();
            check(run, load);
        } finally {
            run.close();
        }
    }

    /** With and without fsync in turn, on the same files. */
    private LumiaProcess start(int port, int run) throws Exception {
        var rules = Files.writeString(
                directory.resolve("rules.yaml"), "- {identity: " + IDENTITY + ", publish: ['#'], subscribe: ['#']}\n");
        return LumiaProcess.run(directory.resolve("data"))
                .with("parts", "authority, broker, web")
                .with("authority.port", 0)
                .with("authority.http-port", 0)
                .with("web.port", 0)
                .with("broker.port", port)
                .with("broker.acl-file", rules)
                .with("broker.durability", durability(run))
                .with("broker.max-queued-messages", 10_000_000)
                .with("broker.limits.queued-bytes", 1_000_000_000)
                .start()
                .awaitReady();
    }

    private static String durability(int run) {
        return run % 2 == 0 ? "process" : "disk";
    }

    private static void check(LumiaProcess run, SessionLoad load) throws Exception {
        run.await(
                "every publisher has its acknowledgements",
                () -> load.sent().values().stream()
                        .allMatch(sent -> sent.acknowledged.get() + sent.failed.get() == sent.published.get()));
        run.await(
                "every session has every message",
                () -> load.heard().values().stream()
                        .allMatch(heard -> load.sent().keySet().stream()
                                .allMatch(publisher -> heard.distinct(publisher)
                                        >= load.sent()
                                                .get(publisher)
                                                .acknowledged
                                                .get())));
        load.heard()
                .forEach((name, heard) -> load.sent().forEach((publisher, sent) -> {
                    System.out.printf(
                            "soak: %s got %d of %d acknowledged of publisher %d, QoS %d; %d came more than once, %d out of order%n",
                            name,
                            heard.distinct(publisher),
                            sent.acknowledged.get(),
                            publisher,
                            sent.qos,
                            heard.repeated(publisher),
                            heard.outOfOrder(publisher));
                    assertThat(sent.failed).as("refused").hasValue(0);
                    assertThat(sent.acknowledged).as("acknowledged").hasPositiveValue();
                    assertThat(heard.distinct(publisher)).isEqualTo(sent.published.get());
                    assertThat(heard.outOfOrder(publisher)).as("out of order").isZero();
                    if (sent.qos == 2) {
                        assertThat(heard.repeated(publisher)).as("QoS 2 twice").isZero();
                    }
                }));
    }

    /** A certificate of an operator, to whom the rules give all topics. */
    private static MqttClientSslConfig tls(LumiaProcess run) throws Exception {
        var pair = KeyPairs.p256();
        var request = JSON.createObjectNode()
                .put("csr", CertificateRequest.create(pair, IDENTITY, List.of()))
                .put("profile", "admin");
        var answer = run.apiPost("/certificates", request.toString());
        var chain = Pem.certificates(
                answer.path("certificate").asText() + answer.path("chain").asText());
        var own = empty();
        own.setKeyEntry("own", pair.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        var anchors = empty();
        anchors.setCertificateEntry(
                "root",
                Pem.certificates(Files.readString(run.data().resolve("ca/root.crt")))
                        .get(0));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        return MqttClientSslConfig.builder()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .build();
    }

    private static KeyStore empty() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
