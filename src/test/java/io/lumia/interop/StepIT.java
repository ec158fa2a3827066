package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.Await;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified step CLI against the CA. */
class StepIT {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    @TempDir
    Path data;

    @TempDir
    Path home;

    private LoopbackAuthority authority;
    private ExternalProgram step;

    @BeforeEach
    void start() throws Exception {
        authority = new LoopbackAuthority(data);
        step = ExternalProgram.find(
                "step", Map.of("STEPPATH", home.resolve("step").toString(), "HOME", home.toString()), home);
        step.run("ca", "bootstrap", "--ca-url", authority.url(), "--fingerprint", authority.fingerprint(), "--force");
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void bootstraps_and_reads_the_roots() throws Exception {
        assertThat(step.run("ca", "health")).contains("ok");
        step.run("ca", "roots", file("roots.pem"));
        step.run("ca", "federation", file("federation.pem"));
        step.run("ca", "root", file("root.pem"));
        for (String file : List.of("roots.pem", "federation.pem", "root.pem", "step/certs/root_ca.crt")) {
            assertThat(Fingerprint.of(certificates(file).get(0)).hex()).isEqualTo(authority.fingerprint());
        }
    }

    @Test
    void lists_the_provisioners() throws Exception {
        assertThat(step.run("ca", "provisioner", "list"))
                .contains("\"JWK\"", "\"jwk\"", "\"ACME\"", "\"acme\"", "\"X5C\"", "\"x5c\"", "\"encryptedKey\"");
    }

    @Test
    void obtains_a_certificate_by_a_token_of_the_provisioner_password() throws Exception {
        var token = token("svc.example.test");
        step.run("ca", "certificate", "svc.example.test", file("svc.crt"), file("svc.key"), "--token", token);

        var chain = certificates("svc.crt");
        assertThat(chain).hasSize(2);
        chain.get(0).verify(chain.get(1).getPublicKey());
        assertThat(chain.get(0).getSubjectX500Principal().getName()).isEqualTo("CN=svc.example.test");
        assertThat(chain.get(0).getSubjectAlternativeNames().toString()).contains("svc.example.test");
        assertThat(chain.get(0).getExtendedKeyUsage()).containsExactlyInAnyOrder(SERVER_AUTH, CLIENT_AUTH);
        assertThat(lifetime(chain.get(0))).isBetween(Duration.ofHours(24), Duration.ofHours(25));
    }

    @Test
    void obtains_a_certificate_for_several_names_and_the_lifetime_asked_for() throws Exception {
        certificate("many", "--san", "a.example.test", "--san", "127.0.0.7", "--not-after", "30m");

        var leaf = certificates("many.crt").get(0);
        assertThat(leaf.getSubjectAlternativeNames().toString()).contains("a.example.test", "127.0.0.7");
        assertThat(lifetime(leaf)).isBetween(Duration.ofMinutes(30), Duration.ofMinutes(32));
    }

    @Test
    void obtains_a_certificate_by_acme() throws Exception {
        authority.dns.with("acme.example.test", "127.0.0.1");
        var command = new ArrayList<>(List.of("ca", "certificate", "acme.example.test"));
        command.addAll(List.of(file("acme.crt"), file("acme.key"), "--provisioner", "acme", "--standalone"));
        command.addAll(List.of("--http-listen", "127.0.0.1:" + authority.http01Port));
        step.run(command.toArray(String[]::new));
        assertThat(certificates("acme.crt").get(0).getSubjectAlternativeNames().toString())
                .contains("acme.example.test");
    }

    @Test
    void renews_over_mutual_tls_and_by_a_token() throws Exception {
        certificate("renewing.example.test");
        var first = certificates("renewing.example.test.crt").get(0);

        renew("--mtls=true");
        var second = certificates("renewing.example.test.crt").get(0);
        assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
        assertThat(second.getPublicKey()).isEqualTo(first.getPublicKey());
        assertThat(second.getExtendedKeyUsage()).isEqualTo(first.getExtendedKeyUsage());
        assertThat(List.copyOf(second.getSubjectAlternativeNames()))
                .isEqualTo(List.copyOf(first.getSubjectAlternativeNames()));

        renew("--mtls=false");
        var third = certificates("renewing.example.test.crt").get(0);
        assertThat(third.getSerialNumber()).isNotEqualTo(second.getSerialNumber());
    }

    @Test
    void rekeys() throws Exception {
        certificate("rekeyed.example.test");
        var first = certificates("rekeyed.example.test.crt").get(0);
        step.run("ca", "rekey", "--force", file("rekeyed.example.test.crt"), file("rekeyed.example.test.key"));
        var second = certificates("rekeyed.example.test.crt").get(0);
        assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
        renewFile("rekeyed.example.test", "--mtls=true");
    }

    @Test
    void revokes_by_the_provisioner_password_and_renews_no_more() throws Exception {
        certificate("gone.example.test");
        var serial =
                certificates("gone.example.test.crt").get(0).getSerialNumber().toString();
        var token = token(serial, "--revoke");
        assertThat(step.run("ca", "revoke", "--token", token, "--reasonCode", "superseded", serial))
                .contains("has been revoked");

        assertThat(step.fail("ca", "renew", "--force", file("gone.example.test.crt"), file("gone.example.test.key")))
                .contains("was revoked");
    }

    @Test
    void revokes_itself_over_mutual_tls() throws Exception {
        certificate("self.example.test");
        step.run("ca", "revoke", "--cert", file("self.example.test.crt"), "--key", file("self.example.test.key"));
        assertThat(step.fail("ca", "renew", "--force", file("self.example.test.crt"), file("self.example.test.key")))
                .contains("was revoked");
    }

    @Test
    void obtains_a_certificate_by_another_one_which_it_does_not_outlive() throws Exception {
        certificate("voucher.example.test", "--not-after", "10m");
        var command = new ArrayList<>(List.of("ca", "certificate", "vouched.example.test"));
        command.addAll(List.of(file("vouched.crt"), file("vouched.key"), "--provisioner", "x5c"));
        command.addAll(List.of("--x5c-cert", file("voucher.example.test.crt")));
        command.addAll(List.of("--x5c-key", file("voucher.example.test.key")));
        step.run(command.toArray(String[]::new));

        assertThat(certificates("vouched.crt").get(0).getNotAfter())
                .isEqualTo(certificates("voucher.example.test.crt").get(0).getNotAfter());
        command.addAll(List.of("--not-after", "1h", "--force"));
        assertThat(step.fail(command.toArray(String[]::new))).contains("ends");
    }

    @Test
    void keeps_a_certificate_fresh_as_a_daemon() throws Exception {
        certificate("daemon.example.test", "--not-after", "15s");
        var first = certificates("daemon.example.test.crt").get(0);
        try (var daemon = step.begin(
                "ca",
                "renew",
                "--daemon",
                "--force",
                file("daemon.example.test.crt"),
                file("daemon.example.test.key"))) {
            daemon.awaitPrinted("certificate renewed");
            var file = home.resolve("daemon.example.test.crt");
            // it may be writing the next one
            Await.until(authority.vertx, "another certificate in the file", () -> replaced(file, first));
        }
    }

    @Test
    void refuses_a_token_twice_and_names_of_the_fleet() throws Exception {
        var token = token("once.example.test");
        step.run("ca", "certificate", "once.example.test", file("o.crt"), file("o.key"), "--token", token);
        assertThat(step.fail("ca", "certificate", "once.example.test", file("t.crt"), file("t.key"), "--token", token))
                .contains("used before");
        var device = "dev-0001.devices.lumia.internal";
        assertThat(step.fail("ca", "certificate", device, file("d.crt"), file("d.key"), "--token", token(device)))
                .contains("fleet's domain");
    }

    private void renew(String how) throws Exception {
        renewFile("renewing.example.test", how);
    }

    private void renewFile(String name, String how) throws Exception {
        step.run("ca", "renew", "--force", how, file(name + ".crt"), file(name + ".key"));
    }

    private void certificate(String name, String... more) throws Exception {
        var command = new ArrayList<>(List.of("ca", "certificate", name, file(name + ".crt"), file(name + ".key")));
        command.addAll(List.of("--provisioner", "jwk", "--provisioner-password-file", password()));
        command.addAll(List.of(more));
        step.run(command.toArray(String[]::new));
    }

    private String token(String name, String... more) throws Exception {
        var command = new ArrayList<>(List.of("ca", "token", name));
        command.addAll(List.of("--provisioner", "jwk", "--provisioner-password-file", password()));
        command.addAll(List.of(more));
        var printed = step.run(command.toArray(String[]::new));
        return printed.lines()
                .filter(line -> line.startsWith("ey"))
                .reduce((one, other) -> other)
                .orElseThrow();
    }

    private String password() {
        return data.resolve("ca/provisioner-password").toString();
    }

    private static boolean replaced(Path file, X509Certificate first) {
        try {
            return !Pem.certificates(Files.readString(file)).get(0).equals(first);
        } catch (IOException | IllegalArgumentException incomplete) {
            return false;
        }
    }

    private List<X509Certificate> certificates(String file) throws IOException {
        return Pem.certificates(Files.readString(home.resolve(file)));
    }

    private static Duration lifetime(X509Certificate leaf) {
        return Duration.between(
                leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
    }

    private String file(String name) {
        return home.resolve(name).toString();
    }
}
