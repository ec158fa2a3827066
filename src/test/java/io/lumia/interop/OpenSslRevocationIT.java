package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.config.AuthorityConfig.Hierarchy;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSL asks what became of certificates, by CRL and by OCSP, at the addresses that stand in them. */
class OpenSslRevocationIT {
    @TempDir
    Path data;

    @TempDir
    Path home;

    private final HttpClient http = HttpClient.newHttpClient();
    private LoopbackAuthority authority;
    private ExternalProgram openssl;
    private CertificateBundle good;
    private CertificateBundle revoked;

    @BeforeEach
    void start() throws Exception {
        openssl = ExternalProgram.find("openssl", Map.of(), home);
        authority = new LoopbackAuthority(data);
        good = issue("good.example.test");
        revoked = issue("revoked.example.test");
        Files.writeString(home.resolve("root.pem"), good.root());
        Files.writeString(home.resolve("intermediate.pem"), good.chain());
        Files.writeString(home.resolve("good.pem"), good.certificate());
        Files.writeString(home.resolve("revoked.pem"), revoked.certificate());
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void verify_with_every_crl_passes_the_good_and_refuses_the_revoked_one() throws Exception {
        fetchCrls();
        verify("good.pem");
        verify("revoked.pem");

        revoke(RevocationReason.KEY_COMPROMISE);
        awaitListed(revoked);
        fetchCrls();
        verify("good.pem");
        assertThat(openssl.fail(verifying("revoked.pem"))).contains("certificate revoked");
    }

    @Test
    void crl_shows_version_number_reason_and_the_distribution_point_of_the_certificates() throws Exception {
        revoke(RevocationReason.KEY_COMPROMISE);
        awaitListed(revoked);
        fetchCrls();
        var address = "URI:http://localhost:" + authority.httpPort + "/crl/intermediate.crl";
        assertThat(openssl.run("crl", "-in", "intermediate.crl", "-noout", "-text", "-CAfile", "intermediate.pem"))
                .contains(
                        "Version 2",
                        "X509v3 CRL Number",
                        "X509v3 Issuing Distribution Point: critical",
                        "X509v3 Authority Key Identifier",
                        "Key Compromise",
                        address)
                .containsIgnoringCase(revoked.serial().toString())
                .doesNotContainIgnoringCase(good.serial().toString());
        assertThat(openssl.run("crl", "-in", "intermediate.crl", "-noout", "-CAfile", "intermediate.pem"))
                .contains("verify OK");
        assertThat(openssl.run("x509", "-in", "good.pem", "-noout", "-ext", "crlDistributionPoints"))
                .contains(address);
        assertThat(openssl.run("x509", "-in", "intermediate.pem", "-noout", "-text"))
                .contains("/crl/root.crl", "/ca/root.crt");
    }

    @Test
    void ocsp_tells_good_revoked_and_unknown_with_a_signature_that_verifies() throws Exception {
        assertThat(ocsp("-cert", "good.pem")).contains("Response verify OK", "good.pem: good");
        assertThat(ocsp("-cert", "revoked.pem")).contains("revoked.pem: good");

        revoke(RevocationReason.SUPERSEDED);
        assertThat(ocsp("-cert", "good.pem", "-cert", "revoked.pem"))
                .contains("Response verify OK", "good.pem: good", "revoked.pem: revoked", "Reason: superseded")
                .doesNotContain("WARNING");
        assertThat(ocsp("-serial", "0x0815")).contains("Response verify OK", "0x0815: unknown");
        assertThat(ocsp("-sha256", "-cert", "revoked.pem", "-no_nonce")).contains("revoked.pem: revoked");
    }

    @Test
    void ocsp_answers_are_signed_by_a_responder_that_the_intermediate_appointed() throws Exception {
        assertThat(ocsp("-cert", "good.pem", "-resp_text"))
                .contains("OCSP Signing", "OCSP No Check", "Digital Signature", "OCSP Nonce");
        assertThat(openssl.fail(asking("-issuer", "root.pem", "-cert", "intermediate.pem")))
                .contains("unauthorized");
    }

    @Test
    void a_root_that_signs_leaves_itself_tells_of_them_as_well(@TempDir Path single) throws Exception {
        authority.close();
        authority = new LoopbackAuthority(single, settings -> settings.hierarchy = Hierarchy.ROOT);
        revoked = issue("revoked.example.test");
        Files.writeString(home.resolve("root.pem"), revoked.root());
        Files.writeString(home.resolve("revoked.pem"), revoked.certificate());
        var verifying =
                List.of("verify", "-x509_strict", "-crl_check_all", "-CRLfile", "root.crl", "-CAfile", "root.pem");
        var verify = Stream.concat(verifying.stream(), Stream.of("revoked.pem")).toArray(String[]::new);
        Files.writeString(home.resolve("root.crl"), Pem.text("X509 CRL", get("/crl/root.crl")));
        assertThat(openssl.run(verify)).contains("revoked.pem: OK");

        revoke(RevocationReason.KEY_COMPROMISE);
        awaitListed(revoked, "/crl/root.crl");
        Files.writeString(home.resolve("root.crl"), Pem.text("X509 CRL", get("/crl/root.crl")));
        assertThat(openssl.fail(verify)).contains("certificate revoked");
        assertThat(openssl.run(asking("-issuer", "root.pem", "-cert", "revoked.pem")))
                .contains("Response verify OK", "revoked.pem: revoked");
    }

    private String ocsp(String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("-issuer", "intermediate.pem"));
        arguments.addAll(List.of(more));
        return openssl.run(asking(arguments.toArray(String[]::new)));
    }

    private String[] asking(String... more) {
        var arguments = new ArrayList<>(List.of("ocsp", "-CAfile", "root.pem"));
        arguments.addAll(List.of("-url", "http://127.0.0.1:" + authority.httpPort + "/ocsp"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private void verify(String certificate) throws Exception {
        assertThat(openssl.run(verifying(certificate))).contains(certificate + ": OK");
    }

    private static String[] verifying(String certificate) {
        var crls = List.of("-CRLfile", "root.crl", "-CRLfile", "intermediate.crl");
        var arguments = new ArrayList<>(List.of("verify", "-x509_strict", "-crl_check_all"));
        arguments.addAll(crls);
        arguments.addAll(List.of("-CAfile", "root.pem", "-untrusted", "intermediate.pem", certificate));
        return arguments.toArray(String[]::new);
    }

    private void fetchCrls() throws Exception {
        for (String issuer : List.of("root", "intermediate")) {
            Files.writeString(home.resolve(issuer + ".crl"), Pem.text("X509 CRL", get("/crl/" + issuer + ".crl")));
        }
    }

    private byte[] get(String path) {
        var address = URI.create("http://127.0.0.1:" + authority.httpPort + path);
        return http.sendAsync(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray())
                .join()
                .body();
    }

    /** The CRL follows the revocation at once, but nobody waits for it. */
    private void awaitListed(CertificateBundle certificate) {
        awaitListed(certificate, "/crl/intermediate.crl");
    }

    private void awaitListed(CertificateBundle certificate, String crl) {
        var serial = certificate.serial().value().toByteArray();
        Await.until(authority.vertx, "the CRL lists " + certificate.serial(), () -> contains(get(crl), serial));
    }

    private static boolean contains(byte[] all, byte[] part) {
        for (int i = 0; i + part.length <= all.length; i++) {
            if (java.util.Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    private void revoke(RevocationReason reason) {
        var outcome = FleetBus.REVOKE_CERTIFICATE
                .ask(authority.vertx, new RevokeCertificate(revoked.serial(), reason, "test"))
                .await();
        assertThat(outcome).isInstanceOf(RevokeOutcome.Revoked.class);
    }

    private CertificateBundle issue(String name) {
        var csr = CertificateRequest.create(KeyPairs.p256(), name, List.of(name));
        var outcome = FleetBus.ISSUE_CERTIFICATE
                .ask(authority.vertx, new IssueCertificate(Profile.SERVER, csr, List.of(), null, null, "test", "sign"))
                .await();
        return ((IssueOutcome.Issued) outcome).bundle();
    }
}
