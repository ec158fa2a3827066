package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.KeyType;
import io.lumia.x509.NameConstraints;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenSSL accepts what a CA of each kind of key signs, and heeds its name constraints. */
class OpenSslKeysIT {
    private static final SecureRandom RANDOMNESS = new SecureRandom();

    @TempDir
    Path directory;

    private ExternalProgram openssl;

    @BeforeEach
    void find() {
        openssl = ExternalProgram.find("openssl", Map.of(), directory);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void a_chain_of_each_kind_of_ca_verifies_strictly_for_every_kind_of_leaf(KeyType type) throws Exception {
        var root = root(type);
        var intermediate = intermediate(type, root, NameConstraints.NONE);
        for (KeyType leafType : List.of(KeyType.P256, KeyType.P384, KeyType.RSA_2048, KeyType.ED25519)) {
            for (Profile profile : List.of(Profile.DEVICE, Profile.SERVER)) {
                write("leaf.pem", leaf(profile, leafType, intermediate, "name.example"));
                assertThat(openssl.run(verify(profile, "-untrusted", "intermediate.pem")))
                        .as("%s leaf for %s", leafType, profile)
                        .contains("leaf.pem: OK");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void a_chain_of_a_single_root_verifies_strictly_and_no_ca_below_it_does(KeyType type) throws Exception {
        var signer = new KeySigner(KeyPairs.of(type));
        var root = new Issuer(CertificateTemplate.singleRoot("Test", signer, serial(), validity()), signer);
        write("root.pem", root.certificate());
        write("leaf.pem", leaf(Profile.SERVER, KeyType.P256, root, "name.example"));
        assertThat(openssl.run(verify(Profile.SERVER))).contains("leaf.pem: OK");

        var below = intermediate(type, root, NameConstraints.NONE);
        write("leaf.pem", leaf(Profile.SERVER, KeyType.P256, below, "name.example"));
        assertThat(openssl.fail(verify(Profile.SERVER, "-untrusted", "intermediate.pem")))
                .contains("path length constraint exceeded");
    }

    @ParameterizedTest
    @CsvSource({
        "P256, 'Digital Signature'",
        "P384, 'Digital Signature'",
        "RSA_2048, 'Digital Signature, Key Encipherment'",
        "ED25519, 'Digital Signature'"
    })
    void the_key_usage_of_a_server_is_that_of_its_kind_of_key(KeyType type, String usage) throws Exception {
        write(
                "leaf.pem",
                leaf(
                        Profile.SERVER,
                        type,
                        intermediate(KeyType.P256, root(KeyType.P256), NameConstraints.NONE),
                        "a.example"));
        var text = openssl.run("x509", "-in", "leaf.pem", "-noout", "-ext", "keyUsage,extendedKeyUsage");
        assertThat(text.lines().map(String::strip)).contains(usage, "TLS Web Server Authentication");
        assertThat(text).contains("X509v3 Key Usage: critical");
    }

    @ParameterizedTest
    @CsvSource({
        "P256, ecdsa-with-SHA256",
        "P384, ecdsa-with-SHA384",
        "RSA_3072, sha256WithRSAEncryption",
        "ED25519, ED25519"
    })
    void the_signature_algorithm_is_that_of_the_cas_key(KeyType type, String algorithm) throws Exception {
        write(
                "leaf.pem",
                leaf(Profile.SERVER, KeyType.P256, intermediate(type, root(type), NameConstraints.NONE), "a.example"));
        assertThat(openssl.run("x509", "-in", "leaf.pem", "-noout", "-text"))
                .contains("Signature Algorithm: " + algorithm);
    }

    @ParameterizedTest
    @CsvSource({
        "a.example.com, true",
        "example.com, true",
        "10.1.2.3, true",
        "a.example.org, false",
        "secret.example.com, false",
        "192.0.2.1, false",
        "10.9.0.1, false"
    })
    void name_constraints_are_enforced(String name, boolean allowed) throws Exception {
        var constraints = new NameConstraints(
                List.of("example.com"),
                List.of("secret.example.com"),
                List.of(AddressRange.parse("10.0.0.0/8")),
                List.of(AddressRange.parse("10.9.0.0/16")));
        assertThat(constraints.refusal(name).isEmpty()).isEqualTo(allowed);
        write(
                "leaf.pem",
                leaf(Profile.SERVER, KeyType.P256, intermediate(KeyType.P256, root(KeyType.P256), constraints), name));

        assertThat(openssl.run("x509", "-in", "intermediate.pem", "-noout", "-text"))
                .contains("X509v3 Name Constraints: critical", "DNS:example.com", "IP:10.0.0.0/255.0.0.0");
        var verify = verify(Profile.SERVER, "-untrusted", "intermediate.pem");
        if (allowed) {
            assertThat(openssl.run(verify)).contains("leaf.pem: OK");
        } else {
            assertThat(openssl.fail(verify)).containsAnyOf("permitted subtree violation", "excluded subtree violation");
        }
    }

    @Test
    void requests_with_keys_that_openssl_made_are_read() throws Exception {
        var kinds = Map.of(
                KeyType.P256, List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
                KeyType.P384, List.of("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
                KeyType.RSA_3072, List.of("RSA", "-pkeyopt", "rsa_keygen_bits:3072"),
                KeyType.ED25519, List.of("ED25519"));
        for (var kind : kinds.entrySet()) {
            var make = new java.util.ArrayList<>(List.of("genpkey", "-out", "key.pem", "-algorithm"));
            make.addAll(kind.getValue());
            openssl.run(make.toArray(String[]::new));
            openssl.run("req", "-new", "-key", "key.pem", "-subj", "/CN=a.example", "-out", "request.pem");
            var request = CertificateRequest.parse(Files.readString(directory.resolve("request.pem")));
            assertThat(KeyType.of(request.publicKey())).contains(kind.getKey());
        }
    }

    private Issuer root(KeyType type) throws IOException {
        var signer = new KeySigner(KeyPairs.of(type));
        var root = CertificateTemplate.root("Test", signer, serial(), validity());
        write("root.pem", root);
        return new Issuer(root, signer);
    }

    private Issuer intermediate(KeyType type, Issuer root, NameConstraints constraints) throws IOException {
        var signer = new KeySigner(KeyPairs.of(type));
        var certificate = CertificateTemplate.intermediate(
                        "Test", signer.publicKey(), serial(), validity(), IssuerLocations.NONE)
                .constrainedTo(constraints)
                .signedBy(root);
        write("intermediate.pem", certificate);
        return new Issuer(certificate, signer);
    }

    private static X509Certificate leaf(Profile profile, KeyType type, Issuer issuer, String name) {
        return CertificateTemplate.leaf(
                        profile,
                        "name",
                        List.of(name),
                        KeyPairs.of(type).getPublic(),
                        serial(),
                        validity(),
                        IssuerLocations.NONE)
                .signedBy(issuer);
    }

    private static String[] verify(Profile profile, String... more) {
        var command = new java.util.ArrayList<>(List.of("verify", "-x509_strict", "-purpose"));
        command.add(profile == Profile.SERVER ? "sslserver" : "sslclient");
        command.addAll(List.of("-CAfile", "root.pem"));
        command.addAll(List.of(more));
        command.add("leaf.pem");
        return command.toArray(String[]::new);
    }

    private void write(String file, X509Certificate certificate) throws IOException {
        Files.writeString(directory.resolve(file), Pem.of(certificate));
    }

    private static SerialNumber serial() {
        return SerialNumber.random(RANDOMNESS);
    }

    private static Validity validity() {
        var now = Clock.systemUTC().instant();
        return new Validity(now.minusSeconds(60), now.plusSeconds(3600));
    }
}
