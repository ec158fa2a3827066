package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.TlsConfig;
import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MqttPeer;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.Message;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sites whose Mosquitto bridges through HAProxy to our broker, enrolled by the script at our CA. */
class MosquittoBridgeIT {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static RunningLumia lumia;
    private static PassThrough haproxy;
    private static EnrolledSite.Central central;
    private static MqttPeer operator;

    @BeforeAll
    static void start() throws Exception {
        for (String needed : List.of("mosquitto", "haproxy", "step")) {
            var unused = ExternalProgram.find(needed, Map.of(), directory);
        }
        CryptoProviders.install();
        var rules = Files.writeString(directory.resolve("acl"), "user operator\ntopic readwrite site/#\n");
        lumia = new RunningLumia(directory.resolve("data"), "127.87.0.0/16", 1, "broker.acl-file=" + rules);
        haproxy = new PassThrough(directory, lumia.brokerPort());
        var root = Pem.certificates(Files.readString(lumia.root())).get(0);
        central = new EnrolledSite.Central(
                "https://localhost:" + lumia.caPort(),
                Fingerprint.of(root).hex(),
                "localhost:" + haproxy.port,
                lumia.data.resolve("ca/provisioner-password"));
        operator = new MqttPeer(VERTX, TLS, "localhost", lumia.brokerPort(), root, operator());
        operator.connect(Connect.clean("operator", Duration.ofSeconds(30)));
        operator.subscribe("site/#", 1);
    }

    @AfterAll
    static void stop() throws Exception {
        if (haproxy != null) {
            haproxy.close();
        }
        if (lumia != null) {
            lumia.stop();
        }
        Await.result(VERTX.close());
    }

    @Test
    void messages_flow_both_ways_and_only_those_of_the_bridge() throws Exception {
        try (var site = new EnrolledSite("site-flow", central, directory)) {
            assertThat(site.enrol("-v", "48h"))
                    .contains("enrolled site-flow", "bridge_certfile", "topic site/site-flow/up/# out 1");
            assertThat(modes(site)).containsExactly("rw-r--r--", "rw-r--r--", "rw-------", "rw-r--r--");
            site.start();
            awaitHeard("site/site-flow/state", "1");
            try (var listener = site.subscriber("site/#")) {
                Await.result(operator.publish("site/site-flow/down/valve", "open", 1));
                listener.awaitPrinted("site/site-flow/down/valve open");
            }
            site.publish("site/site-flow/other", "stays");
            site.publish("site/site-flow/up/meter", "21");
            awaitHeard("site/site-flow/up/meter", "21");
            assertThat(operator.messages).extracting(Message::topic).doesNotContain("site/site-flow/other");
        }
        awaitHeard("site/site-flow/state", "0");
    }

    @Test
    void what_comes_while_the_bridge_is_away_arrives_later() throws Exception {
        try (var site = new EnrolledSite("site-away", central, directory)) {
            var unused = site.enrol();
            site.start();
            awaitHeard("site/site-away/state", "1");
        }
        awaitHeard("site/site-away/state", "0");
        Await.result(operator.publish("site/site-away/down/valve", "shut", 1));
        try (var again = new EnrolledSite("site-away", central, directory)) {
            again.start();
            again.awaitSaid("'site/site-away/down/valve'");
        }
    }

    @Test
    void a_second_run_renews_and_the_bridge_takes_that_when_it_connects_next() throws Exception {
        try (var site = new EnrolledSite("site-renew", central, directory)) {
            var unused = site.enrol();
            var first = site.certificate();
            site.start();
            awaitHeard("site/site-renew/state", "1");

            assertThat(site.renew()).contains("renewed site-renew");

            var second = site.certificate();
            assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
            assertThat(second.getPublicKey()).isEqualTo(first.getPublicKey());
            revoke(SerialNumber.of(first));
            Await.until(VERTX, "connected once more", () -> said(site, "Received CONNACK") >= 2);
            site.publish("site/site-renew/up/meter", "22");
            awaitHeard("site/site-renew/up/meter", "22");
        }
    }

    @Test
    void a_revoked_site_gets_no_further() throws Exception {
        try (var site = new EnrolledSite("site-gone", central, directory)) {
            var unused = site.enrol();
            site.start();
            awaitHeard("site/site-gone/state", "1");

            revoke(SerialNumber.of(site.certificate()));

            awaitHeard("site/site-gone/state", "0");
            site.awaitSaid("Connection Refused: not authorised");
            site.publish("site/site-gone/up/meter", "23");
            Await.until(VERTX, "tried again", () -> said(site, "Connection Refused") >= 3);
            assertThat(operator.messages).extracting(Message::topic).doesNotContain("site/site-gone/up/meter");
            assertThat(site.failToRenew()).contains("was revoked", "locked out");
        }
    }

    @Test
    void a_token_made_elsewhere_takes_the_place_of_the_password() throws Exception {
        try (var site = new EnrolledSite("site-token", central, directory)) {
            var step = ExternalProgram.find("step", Map.of("HOME", site.directory.toString()), site.directory);
            var printed = step.run(
                    "ca",
                    "token",
                    "site-token",
                    "--provisioner",
                    "site",
                    "--provisioner-password-file",
                    central.password().toString(),
                    "--ca-url",
                    central.caUrl(),
                    "--root",
                    lumia.root().toString());
            var token = printed.lines()
                    .filter(line -> line.startsWith("ey"))
                    .findFirst()
                    .orElseThrow();
            assertThat(site.enrol(Map.of("ENROLL_TOKEN", token))).contains("enrolled site-token");
        }
    }

    private static long said(EnrolledSite site, String text) {
        try {
            return site.timesSaid(text);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void awaitHeard(String topic, String payload) {
        Await.until(
                VERTX,
                topic + " " + payload,
                () -> operator.messages.stream()
                        .anyMatch(each -> each.topic().equals(topic)
                                && each.payload().toString().equals(payload)));
    }

    private static void revoke(SerialNumber serial) throws Exception {
        var answer = lumia.post("/certificates/" + serial + "/revoke", "{\"reason\":\"keyCompromise\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static List<String> modes(EnrolledSite site) throws Exception {
        var modes = new ArrayList<String>();
        for (String file : List.of("ca.crt", site.name + ".crt", site.name + ".key", "bridge.conf")) {
            modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.file(file))));
        }
        return modes;
    }

    private static TlsMaterial operator() throws Exception {
        var pair = KeyPairs.p256();
        var wanted = new JsonObject()
                .put("profile", "admin")
                .put("csr", CertificateRequest.create(pair, "operator", List.of()));
        var answer = new JsonObject(lumia.post("/certificates", wanted.encode()).body());
        return TlsMaterial.parse(
                Pem.of(pair.getPrivate()), answer.getString("certificate") + answer.getString("chain"));
    }
}
