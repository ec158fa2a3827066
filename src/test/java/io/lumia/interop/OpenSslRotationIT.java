package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lumia.authority.AuthorityFixture;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.DescribeTrust;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.RenewListener;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSL verifies what is shown before and after the switch, with the bundle of before, of meanwhile and of afterwards. */
class OpenSslRotationIT {
    @TempDir
    Path directory;

    @BeforeAll
    static void openssl_is_there() {
        var found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(path -> Files.isExecutable(Path.of(path, "openssl")));
        assumeThat(found).as("openssl is not installed").isTrue();
    }

    @Test
    void old_and_new_certificates_verify_with_every_bundle_that_their_peers_may_have() throws Exception {
        try (var fixture = new AuthorityFixture(directory.resolve("data"), Clock.systemUTC())) {
            write("old.pem", bundle(fixture));
            issue(fixture, "before", Profile.SERVER);
            changed(start(fixture));
            changed(next(fixture));
            Await.until(fixture.vertx, "adopted", () -> phase(fixture).equals("adopted"));
            write("both.pem", bundle(fixture));
            changed(next(fixture));
            write("new.pem", Pem.of(Pem.certificates(bundle(fixture)).get(0)));
            issue(fixture, "server", Profile.SERVER);
            issue(fixture, "client", Profile.BOOTSTRAP);

            assertThat(verified("before", "old.pem", "both.pem", "new.pem")).containsExactly(true, true, false);
            assertThat(verified("server", "old.pem", "both.pem", "new.pem")).containsExactly(true, true, true);
            assertThat(verified("client", "old.pem", "both.pem", "new.pem")).containsExactly(false, true, true);

            var renewed = FleetBus.renewListener("authority")
                    .ask(fixture.vertx, new RenewListener("test"))
                    .await();
            assertThat(renewed).isInstanceOf(FleetBus.RenewListenerOutcome.Renewed.class);
            for (String known : List.of("old.pem", "both.pem", "new.pem")) {
                assertThat(openssl("s_client -brief -verify_return_error -verify_hostname localhost -CAfile " + known
                                + " -connect 127.0.0.1:" + fixture.authority.httpsPort()))
                        .as("a client that knows " + known)
                        .contains("Verification: OK");
            }
        }
    }

    private List<Boolean> verified(String name, String... bundles) throws Exception {
        var results = new ArrayList<Boolean>();
        for (String bundle : bundles) {
            results.add(openssl("verify -x509_strict -CAfile " + bundle + " -untrusted " + name + "-chain.pem " + name
                            + ".pem")
                    .equals(name + ".pem: OK"));
        }
        return results;
    }

    private void issue(AuthorityFixture fixture, String name, Profile profile) throws IOException {
        var names = profile == Profile.SERVER ? List.of(name + ".example") : List.<String>of();
        var outcome = FleetBus.ISSUE_CERTIFICATE
                .ask(
                        fixture.vertx,
                        new IssueCertificate(
                                profile,
                                CertificateRequest.create(KeyPairs.p256(), name, names),
                                names,
                                null,
                                null,
                                "test",
                                "sign"))
                .await();
        assertThat(outcome).isInstanceOf(IssueOutcome.Issued.class);
        var bundle = ((IssueOutcome.Issued) outcome).bundle();
        write(name + ".pem", bundle.certificate());
        write(name + "-chain.pem", bundle.chain());
    }

    private static String bundle(AuthorityFixture fixture) {
        return FleetBus.DESCRIBE_TRUST
                .ask(fixture.vertx, new DescribeTrust())
                .await()
                .bundlePem();
    }

    private static String phase(AuthorityFixture fixture) {
        return FleetBus.DESCRIBE_CA_ROTATION
                .ask(fixture.vertx, new DescribeCaRotation())
                .await()
                .phase();
    }

    private static CaRotationOutcome start(AuthorityFixture fixture) {
        return FleetBus.START_CA_ROTATION
                .ask(fixture.vertx, new StartCaRotation(false, "test"))
                .await();
    }

    private static CaRotationOutcome next(AuthorityFixture fixture) {
        return FleetBus.CHANGE_CA_ROTATION
                .ask(fixture.vertx, new ChangeCaRotation(CaRotationChange.NEXT, false, false, "test"))
                .await();
    }

    private static void changed(CaRotationOutcome outcome) {
        assertThat(outcome).isInstanceOf(CaRotationOutcome.Changed.class);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private String openssl(String arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }
}
