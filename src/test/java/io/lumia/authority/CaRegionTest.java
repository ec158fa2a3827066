package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.config.AuthorityConfig.Hierarchy;
import io.lumia.config.CannotStart;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.CrlTemplate;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Profile;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CAs of regions under one root whose key stays where it is. */
class CaRegionTest {
    @TempDir
    Path home;

    private SharedRoot root;

    @BeforeEach
    void makeRoot() {
        root = new SharedRoot(home.resolve("root"), Clock.systemUTC());
    }

    @Test
    void leaves_of_three_regions_verify_under_the_root_that_they_share() throws Exception {
        for (String name : List.of("eu-west", "us-east", "ap-south")) {
            var intermediate = root.establish(name, home.resolve(name));
            assertThat(intermediate.getBasicConstraints()).isZero();
            assertThat(intermediate.getSubjectX500Principal().getName()).contains(name);
            try (var region = new AuthorityFixture(home.resolve(name), Clock.systemUTC())) {
                var claimed =
                        region.issued(AuthorityFixture.request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-1", null));
                assertThat(claimed).isNotNull();
                var bundle = region.issued(AuthorityFixture.request(Profile.DEVICE, KeyPairs.p256(), "dev-1", null));
                verify(AuthorityFixture.leaf(bundle), intermediate);
                assertThat(region.authority.description().rootFingerprint())
                        .isEqualTo(Fingerprint.of(root.certificate()).hex());
            }
        }
        try (var signed = Files.list(home.resolve("root/ca/regions"))) {
            assertThat(signed).hasSize(3);
        }
    }

    @Test
    void the_regions_key_is_encrypted_and_the_roots_is_not_there() throws Exception {
        root.establish("eu", home.resolve("eu"));
        var directory = home.resolve("eu/ca");
        assertThat(directory.resolve("root.key")).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("intermediate.key"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(directory.resolve("intermediate.key"))).contains("ENCRYPTED PRIVATE KEY");
        assertThat(Files.readString(directory.resolve("region.csr"))).doesNotContain("PRIVATE");
    }

    @Test
    void a_region_does_not_start_before_its_certificate_is_installed() throws Exception {
        var unused = root.region(home.resolve("eu")).request("eu");
        assertThatThrownBy(() -> new AuthorityFixture(home.resolve("eu"), Clock.systemUTC()))
                .hasMessageContainingAll("region eu", "lacks root.crt", "lumia ca install");
    }

    @Test
    void what_does_not_fit_is_refused_and_nothing_is_changed() throws Exception {
        var eu = home.resolve("eu");
        var signed = root.sign(root.region(eu).request("eu"));
        var us = home.resolve("us");
        var others = root.sign(root.region(us).request("us"));
        var another = new SharedRoot(home.resolve("another"), Clock.systemUTC());

        refused(() -> root.install(eu, others, null), "not for the key");
        refused(() -> root.install(eu, signed, Fingerprint.of(others)), "fingerprint");
        refused(() -> another.install(eu, signed, null), "does not verify");
        refused(() -> root.region(eu).install(signed, others, null), "not signed by itself");
        refused(() -> root.install(home.resolve("none"), signed, null), "lumia ca request");
        assertThat(eu.resolve("ca/root.crt")).doesNotExist();
        root.install(eu, signed, Fingerprint.of(root.certificate()));
        refused(
                () -> another.region(eu)
                        .install(another.sign(eu.resolve("ca/region.csr")), another.certificate(), null),
                "another root already");
    }

    @Test
    void an_expired_certificate_is_refused_and_the_next_one_for_the_same_key_replaces_it() throws Exception {
        var clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
        var moving = new SharedRoot(home.resolve("moving"), clock);
        var eu = home.resolve("eu");
        var request = moving.region(eu).request("eu");
        var first = moving.sign(request);
        moving.install(eu, first, null);
        clock.advance(Duration.ofDays(1900));
        refused(() -> moving.install(eu, first, null), "does not verify");
        var directory =
                new CaDirectory(eu, AuthorityFixture.config(null, 0, 1), IssuerLocations.NONE, clock);
        refused(() -> directory.open(true), "lumia ca request --region eu");
        var key = Files.readString(eu.resolve("ca/intermediate.key"));
        var next = moving.sign(moving.region(eu).request("eu"));
        assertThat(Files.readString(eu.resolve("ca/intermediate.key"))).isEqualTo(key);
        moving.install(eu, next, null);
        assertThat(directory.open(true).issuer().certificate()).isEqualTo(next);
    }

    @Test
    void a_name_belongs_to_one_key_and_a_directory_to_one_ca() throws Exception {
        root.establish("eu", home.resolve("eu"));
        var impostor = root.region(home.resolve("impostor")).request("eu");
        refused(() -> root.sign(impostor), "has another key already");
        refused(() -> root.region(home.resolve("eu")).request("us"), "region eu already");
        refused(() -> root.region(home.resolve("root")).request("us"), "there is a CA already");
        refused(() -> root.region(home.resolve("x")).request("EU west"), "region's name");
        var fromRegion = new CaRegionRoot(home.resolve("eu"), AuthorityFixture.config(null, 0, 1), Clock.systemUTC());
        var csr = CertificateRequest.create(KeyPairs.p256(), "us", List.of());
        refused(() -> fromRegion.sign(csr, null), "do this where the root is");
        var single = new AcmeSettings();
        single.hierarchy = Hierarchy.ROOT;
        var config = AuthorityFixture.config(single);
        var made = CaCertificates.make(home.resolve("single"), config, Clock.systemUTC());
        assertThat(made.intermediate()).isNull();
        var singleRoot = new CaRegionRoot(home.resolve("single"), config, Clock.systemUTC());
        refused(() -> singleRoot.sign(csr, null), "signs leaves itself");
    }

    @Test
    void what_needs_the_roots_key_says_where_it_is() throws Exception {
        root.establish("eu", home.resolve("eu"));
        try (var region = new AuthorityFixture(home.resolve("eu"), Clock.systemUTC())) {
            for (boolean intermediate : List.of(true, false)) {
                var outcome = FleetBus.START_CA_ROTATION
                        .ask(region.vertx, new StartCaRotation(intermediate, "test"))
                        .await();
                assertThat(outcome).isInstanceOf(CaRotationOutcome.Refused.class);
                assertThat(outcome.toString()).contains("region eu", "lumia ca sign-intermediate");
            }
            assertThat(rootCrl(region)).isEqualTo(503);
            assertThat(home.resolve("eu/ca/root.crl")).doesNotExist();
        }
    }

    @Test
    void the_roots_crl_is_served_when_it_was_brought_from_there() throws Exception {
        root.establish("eu", home.resolve("eu"));
        var crl = rootsCrl();
        Files.write(home.resolve("eu/ca/root.crl"), crl);
        try (var region = new AuthorityFixture(home.resolve("eu"), Clock.systemUTC())) {
            assertThat(rootCrl(region)).isEqualTo(200);
            assertThat(Files.readAllBytes(home.resolve("eu/ca/root.crl"))).isEqualTo(crl);
        }
    }

    private byte[] rootsCrl() throws IOException {
        var directory = new CaDirectory(
                root.data(), AuthorityFixture.config(null, 0, 1), IssuerLocations.NONE, Clock.systemUTC());
        var now = Clock.systemUTC().instant();
        return new CrlTemplate(BigInteger.TEN, new Validity(now, now.plus(Duration.ofDays(1))), List.of())
                .signedBy(directory.root(), List.of())
                .der();
    }

    private static int rootCrl(AuthorityFixture region) {
        return RawHttp.send("127.0.0.1", region.authority.httpPort(), "GET /crl/root.crl", List.of(), "")
                .status();
    }

    private void verify(X509Certificate leaf, X509Certificate intermediate) throws Exception {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root.certificate(), null)));
        parameters.setRevocationEnabled(false);
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf, intermediate));
        assertThat(CertPathValidator.getInstance("PKIX").validate(path, parameters))
                .isNotNull();
    }

    private static void refused(ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOf(CannotStart.class).hasMessageContaining(why);
    }
}
