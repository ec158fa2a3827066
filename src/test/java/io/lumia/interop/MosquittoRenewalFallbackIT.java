package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.mqtt.Connect;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What takes the place of the CA that does not deliver: a second one, and at the very last a certificate that nobody vouches for. */
class MosquittoRenewalFallbackIT {
    private static final String WANTED = "fallback.self-signed=true";

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private RenewedMosquitto broker;

    @BeforeEach
    void start() throws Exception {
        broker = new RenewedMosquitto(directory, "30m");
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void a_self_signed_certificate_stands_in_for_an_expired_one_until_a_ca_answers() throws Exception {
        var client = broker.client(vertx, "bystander");
        client.connect(Connect.clean("bystander", Duration.ofMinutes(1)));
        expire();
        var nobody = nobody();

        var fallen = broker.renew(WANTED, "issuer.directory-url=" + nobody);

        assertThat(fallen.exitCode()).as(fallen.printed()).isEqualTo(1);
        assertThat(fallen.report().path("outcome").asText()).isEqualTo("self_signed");
        assertThat(fallen.report().path("method").asText()).isEqualTo("self-signed");
        assertThat(fallen.report().path("reason").asText()).isEqualTo("unreachable");
        assertThat(fallen.report().path("problem").asText())
                .contains("SELF-SIGNED")
                .contains(nobody);
        assertThat(fallen.steps()).endsWith("installation", "reload", "test", "cleanup");
        assertThat(broker.told()).content().contains("SELF-SIGNED");
        var standIn = broker.shown();
        assertThat(Fingerprint.of(standIn)).isEqualTo(broker.installed());
        standIn.verify(standIn.getPublicKey());

        var again = broker.renew(WANTED, "issuer.directory-url=" + nobody, "threshold=1s");

        assertThat(again.exitCode()).as(again.printed()).isEqualTo(1);
        assertThat(again.report().path("problem").asText()).contains("SELF-SIGNED");
        assertThat(broker.shown()).isEqualTo(standIn);

        var recovered = broker.renew(WANTED, "threshold=1s");

        assertThat(recovered.exitCode()).as(recovered.printed()).isZero();
        assertThat(recovered.report().path("method").asText()).isEqualTo("acme");
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(broker.installed()).isNotEqualTo(Fingerprint.of(standIn));
        Await.result(client.publish("bystander/note", "still here", 1));
        assertThat(client.endings).isEmpty();
        client.disconnect();
    }

    @Test
    void nothing_self_signed_comes_while_the_certificate_is_good_or_when_nobody_asked_for_it() throws Exception {
        var good = broker.installed();

        var kept = broker.renew(WANTED, "issuer.directory-url=" + broker.ca.directory("strict"));

        assertThat(kept.exitCode()).as(kept.printed()).isEqualTo(1);
        assertThat(kept.report().path("outcome").asText()).isEqualTo("kept");
        assertThat(broker.installed()).isEqualTo(good);

        expire();
        var expired = broker.installed();
        var critical = broker.renew("issuer.directory-url=" + nobody());

        assertThat(critical.exitCode()).as(critical.printed()).isEqualTo(2);
        assertThat(broker.installed()).isEqualTo(expired).isEqualTo(Fingerprint.of(broker.shown()));
    }

    @Test
    void a_second_ca_issues_when_the_first_is_down() throws Exception {
        try (var second = new LocalStepCa(Files.createDirectories(directory.resolve("second")))) {
            var roots =
                    Files.writeString(directory.resolve("roots.pem"), Pem.of(List.of(broker.ca.root(), second.root())));
            broker.ca.stop();

            var run = broker.renew("ca-bundle=" + roots, secondIssuer(second));

            renewedBy(second, run);
            var chain = Pem.certificates(Files.readString(broker.certificate()));
            chain.get(chain.size() - 1).verify(second.root().getPublicKey());
        }
    }

    @Test
    void a_second_provisioner_issues_when_the_first_refuses() throws Exception {
        var refusing = "issuer.directory-url=" + broker.ca.directory("strict");

        var run = broker.renew(refusing, "ca-bundle=" + broker.ca.rootFile(), secondIssuer(broker.ca));

        renewedBy(broker.ca, run);
        assertThat(run.printed()).contains("acme (" + broker.ca.directory() + ") issued");
    }

    private static String secondIssuer(LocalStepCa ca) {
        return "fallback.issuer={directory-url: '" + ca.directory() + "', ca-bundle: '" + ca.rootFile()
                + "', challenge-address: '127.0.0.1:" + ca.http01Port + "'}";
    }

    /** Not a fallback of the instance: what is served is good. */
    private void renewedBy(LocalStepCa ca, RenewCommandRun run) throws Exception {
        assertThat(run.exitCode()).as(run.printed()).isZero();
        assertThat(run.report().path("outcome").asText()).isEqualTo("renewed");
        assertThat(run.report().path("method").asText()).isEqualTo("acme");
        assertThat(run.report().path("issuer").asText()).isEqualTo(ca.directory());
        assertThat(Fingerprint.of(broker.shown())).isEqualTo(broker.installed());
    }

    /** The broker goes on with a certificate that has ended. */
    private void expire() throws Exception {
        var longAgo = new FleetCa(Clock.offset(Clock.systemUTC(), Duration.ofDays(-2)))
                .issue("localhost", List.of("localhost"), Duration.ofHours(1));
        Files.writeString(broker.certificate(), Pem.of(longAgo.chain()));
        Files.writeString(broker.key(), Pem.of(longAgo.key()));
        broker.hangUp();
        Await.until(vertx, "it shows the expired one", () -> broker.shows(longAgo.leaf()));
    }

    private static String nobody() {
        return "https://localhost:" + FreePort.anywhere() + "/acme/mqtt-acme/directory";
    }
}
