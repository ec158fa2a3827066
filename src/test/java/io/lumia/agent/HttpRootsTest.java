package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.authority.AuthorityFixture;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.config.TlsConfig;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpRootsTest {
    @TempDir
    private Path data;

    private AuthorityFixture ca;
    private HttpRoots roots;
    private URI directory;
    private List<X509Certificate> trusted;

    @BeforeEach
    void open() {
        ca = new AuthorityFixture(data, Clock.systemUTC());
        var tls = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
        roots = new HttpRoots(ca.vertx, tls, Duration.ofSeconds(10));
        var told = ca.authority.description();
        directory = URI.create(told.acmeDirectories().values().iterator().next());
        trusted = Pem.certificates(told.root());
    }

    @AfterEach
    void close() {
        ca.close();
    }

    @Test
    void brings_the_roots_and_the_chain_by_which_the_ca_proved_itself() throws Exception {
        var offer = Await.result(roots.look(directory, new FleetTrust(trusted)));

        assertThat(offer.roots()).isEqualTo(trusted);
        RootReview.accept(offer, Clock.systemUTC().instant());
        assertThat(offer.shown().get(0).getBasicConstraints()).isNegative();
    }

    @Test
    void asks_nothing_of_a_ca_that_the_present_roots_do_not_verify() {
        var other = new FleetTrust(List.of(new FleetCa(Clock.systemUTC()).root()));

        var failure = StepFailed.of(Await.failure(roots.look(directory, other)));

        assertThat(failure.reason()).isEqualTo(StepFailed.Reason.UNREACHABLE);
        assertThat(failure).hasMessageContaining("lumia ca bootstrap");
    }

    @Test
    void tells_the_ca_which_bundle_a_device_uses() {
        var device = device("dev-0005");
        var trust = new FleetTrust(trusted);

        assertThat(Await.result(roots.confirm(directory, trust, device, null, Fingerprint.ofBundle(trusted))))
                .isTrue();
        var another = Fingerprint.ofBundle(List.of(new FleetCa(Clock.systemUTC()).root()));
        assertThat(Await.result(roots.confirm(directory, trust, device, null, another)))
                .as("the CA says that it is not the one of now")
                .isFalse();
    }

    @Test
    void the_ca_takes_no_confirmation_from_anybody_else() {
        var trust = new FleetTrust(trusted);
        var stranger = new FleetCa(Clock.systemUTC()).issue("dev-0005", List.of("dev-0005"), Duration.ofHours(1));

        assertThat(Await.failure(roots.confirm(directory, trust, stranger, null, Fingerprint.ofBundle(trusted))))
                .isInstanceOf(StepFailed.class);
    }

    private TlsMaterial device(String name) {
        var pair = KeyPairs.p256();
        var asked = new IssueCertificate(
                Profile.BOOTSTRAP,
                CertificateRequest.create(pair, name, List.of()),
                List.of(),
                null,
                new Claim(new DeviceName(name), "127.20.0.3"),
                "test",
                "provisioning");
        var issued = (IssueOutcome.Issued) Await.result(FleetBus.ISSUE_CERTIFICATE.ask(ca.vertx, asked));
        return new TlsMaterial(
                pair.getPrivate(), Pem.certificates(issued.bundle().fullChain()));
    }
}
