package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.lumia.issuance.ChallengeResponders;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeOrderTest {
    private static final InetAddress ADDRESS = AddressRange.address("127.0.0.11");
    private static final DeviceName NAME = new DeviceName("dev-0011");

    @TempDir
    private Path data;

    @Test
    void obtains_certificates_with_fresh_keys_and_closes_the_responder() {
        int port = FreePort.on(ADDRESS);
        try (var acme = new AcmeHarness(data, true, List.of("127.0.0.0/8"), port)) {
            var identity = KeyPairs.p256();
            acme.issuer.claim(NAME.value(), identity.getPublic(), ADDRESS.getHostAddress());
            var responders = new ChallengeResponders(acme.vertx, port, "free the port");
            var order = order(acme, responders);

            var first = Await.result(order.place(request(acme, identity)));
            var second = Await.result(order.place(request(acme, identity)));

            assertThat(Keys.match(identity.getPrivate(), first.leaf().getPublicKey()))
                    .isFalse();
            assertThat(first.leaf().getPublicKey()).isNotEqualTo(second.leaf().getPublicKey());
            assertThat(responders.pending()).isZero();
        }
    }

    @Test
    void comes_back_when_the_ca_that_was_overloaded_asks_for_it() {
        int port = FreePort.on(ADDRESS);
        try (var acme = new AcmeHarness(data, true, List.of("127.0.0.0/8"), port)) {
            var identity = KeyPairs.p256();
            acme.issuer.claim(NAME.value(), identity.getPublic(), ADDRESS.getHostAddress());
            var order = order(acme, new ChallengeResponders(acme.vertx, port, "free the port"));
            acme.issuer.answerNext(new IssueOutcome.Refused(Refusal.OVERLOADED, "busy"));

            var failure = StepFailed.of(Await.failure(order.place(request(acme, identity))));

            assertThat(failure.remedy()).isEqualTo(StepFailed.Remedy.RETRY);
            assertThat(failure).hasMessageContaining("come back later").hasMessageContaining("busy");
            assertThat(failure.retryAfter())
                    .hasValueSatisfying(wait -> assertThat(wait).isBetween(Duration.ZERO, Duration.ofSeconds(2)));
            assertThat(Await.result(order.place(request(acme, identity))).leaf())
                    .isNotNull();
        }
    }

    @Test
    void says_what_to_do_when_the_name_belongs_to_another_key() {
        int port = FreePort.on(ADDRESS);
        try (var acme = new AcmeHarness(data, true, List.of("127.0.0.0/8"), port)) {
            acme.issuer.claim(NAME.value(), KeyPairs.p256().getPublic(), ADDRESS.getHostAddress());
            var order = order(acme, new ChallengeResponders(acme.vertx, port, "free the port"));

            var failure = StepFailed.of(Await.failure(order.place(request(acme, KeyPairs.p256()))));

            assertThat(failure.reason()).isEqualTo(StepFailed.Reason.REFUSED);
            assertThat(failure.remedy()).isEqualTo(StepFailed.Remedy.OPERATOR);
            assertThat(failure)
                    .hasMessageContaining("dev-0011.devices.lumia.internal")
                    .hasMessageContaining("release");
        }
    }

    private static AcmeOrder order(AcmeHarness acme, ChallengeResponders responders) {
        var workers = acme.vertx.createSharedWorkerExecutor("orders", 2);
        return new AcmeOrder(acme.vertx, workers, responders, Duration.ofMinutes(1), Clock.systemUTC());
    }

    private static CertificateOrder.Request request(AcmeHarness acme, KeyPair identity) {
        var trust = new FleetTrust(Pem.certificates(acme.issuer.root()));
        return new CertificateOrder.Request(
                NAME, "dev-0011.devices.lumia.internal", identity, URI.create(acme.directory()), trust, ADDRESS);
    }
}
