package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.AuthorityConfig;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.x509.KeyType;
import io.lumia.x509.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The unmodified step CLI against a CA whose root signs itself, and with keys of each kind. */
class StepSingleRootIT {
    private static final String NAME = "svc.example.test";

    @TempDir
    Path data;

    @TempDir
    Path home;

    private LoopbackAuthority authority;
    private ExternalProgram step;

    @BeforeEach
    void start() throws Exception {
        authority = new LoopbackAuthority(data, settings -> settings.hierarchy = AuthorityConfig.Hierarchy.ROOT);
        step = ExternalProgram.find(
                "step", Map.of("STEPPATH", home.resolve("step").toString(), "HOME", home.toString()), home);
        step.run("ca", "bootstrap", "--ca-url", authority.url(), "--fingerprint", authority.fingerprint(), "--force");
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void obtains_renews_rekeys_and_revokes() throws Exception {
        certificate("--kty", "EC");
        var first = only();
        first.verify(root().getPublicKey());
        assertThat(step.run("certificate", "verify", file("svc.crt"), "--roots", file("step/certs/root_ca.crt")))
                .isEmpty();

        step.run("ca", "renew", "--force", file("svc.crt"), file("svc.key"));
        var second = only();
        assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
        step.run("ca", "rekey", "--force", file("svc.crt"), file("svc.key"));
        assertThat(only().getPublicKey()).isNotEqualTo(first.getPublicKey());
        step.run("ca", "revoke", "--cert", file("svc.crt"), "--key", file("svc.key"));
    }

    @ParameterizedTest
    @CsvSource({"RSA, --size, 2048, rsa-2048", "EC, --curve, P-384, p384", "OKP, --curve, Ed25519, ed25519"})
    void obtains_certificates_for_other_kinds_of_keys(String kty, String option, String value, String type)
            throws Exception {
        certificate("--kty", kty, option, value);
        assertThat(KeyType.of(only().getPublicKey()).map(KeyType::label)).contains(type);
    }

    private void certificate(String... more) throws Exception {
        var token = step.run(
                "ca",
                "token",
                NAME,
                "--provisioner",
                "jwk",
                "--provisioner-password-file",
                data.resolve("ca/provisioner-password").toString());
        var command = new java.util.ArrayList<>(List.of("ca", "certificate", NAME, file("svc.crt"), file("svc.key")));
        command.addAll(
                List.of("--token", token.lines().reduce((before, last) -> last).orElseThrow()));
        command.addAll(List.of(more));
        step.run(command.toArray(String[]::new));
    }

    private X509Certificate only() throws Exception {
        var chain = Pem.certificates(Files.readString(home.resolve("svc.crt")));
        assertThat(chain).hasSize(1);
        return chain.get(0);
    }

    private X509Certificate root() throws Exception {
        return Pem.certificates(Files.readString(authority.root)).get(0);
    }

    private String file(String name) {
        return home.resolve(name).toString();
    }
}
