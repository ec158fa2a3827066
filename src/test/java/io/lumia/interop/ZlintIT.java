package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.access.AddressRange;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The linter of the web's PKI finds nothing in our certificates that the RFCs forbid; the rules of the CA/Browser Forum are not ours. */
class ZlintIT {
    private static final String RFCS = "RFC3279,RFC5280,RFC5480,RFC5891,RFC8813";
    private static final SecureRandom RANDOMNESS = new SecureRandom();

    @TempDir
    Path directory;

    private final List<String> files = new ArrayList<>();

    @Test
    void certificates_of_every_kind_keep_to_the_rfcs() throws Exception {
        var zlint = ExternalProgram.find("zlint", Map.of(), directory);
        for (KeyType type : KeyType.values()) {
            hierarchy(type);
        }
        assertThat(files).hasSizeGreaterThan(100);

        assertThat(findings(zlint)).isEmpty();
    }

    @Test
    void the_linter_finds_what_is_wrong() throws Exception {
        var zlint = ExternalProgram.find("zlint", Map.of(), directory);
        var signer = new KeySigner(KeyPairs.of(KeyType.P256));
        var root = new Issuer(CertificateTemplate.root("Test", signer, serial(), validity()), signer);
        write("wrong", leaf(Profile.SERVER, KeyType.P256, root, "two..dots.example.com", "no spaces.example.com"));

        assertThat(findings(zlint)).isNotEmpty();
    }

    private void hierarchy(KeyType type) throws IOException {
        var rootSigner = new KeySigner(KeyPairs.of(type));
        var root = new Issuer(CertificateTemplate.root("Test", rootSigner, serial(), validity()), rootSigner);
        write(type + "-root", root.certificate());
        var signer = new KeySigner(KeyPairs.of(type));
        var certificate = CertificateTemplate.intermediate(
                        "Test", signer.publicKey(), serial(), validity(), locations("root"))
                .constrainedTo(new NameConstraints(
                        List.of("example.com"),
                        List.of("secret.example.com"),
                        List.of(AddressRange.parse("10.0.0.0/8")),
                        List.of()))
                .signedBy(root);
        write(type + "-intermediate", certificate);
        var issuer = new Issuer(certificate, signer);
        write(
                type + "-ocsp",
                CertificateTemplate.ocspSigner("Test", KeyPairs.of(KeyType.P256).getPublic(), serial(), validity())
                        .signedBy(issuer));
        for (Profile profile : Profile.values()) {
            for (KeyType leaf : List.of(KeyType.P256, KeyType.P384, KeyType.RSA_2048, KeyType.ED25519)) {
                write(
                        type + "-" + profile + "-" + leaf,
                        leaf(profile, leaf, issuer, "dev-0001.example.com", "10.1.2.3"));
            }
        }
    }

    private static X509Certificate leaf(Profile profile, KeyType type, Issuer issuer, String... names) {
        return CertificateTemplate.leaf(
                        profile,
                        names[0],
                        List.of(names),
                        KeyPairs.of(type).getPublic(),
                        serial(),
                        validity(),
                        locations("intermediate"))
                .signedBy(issuer);
    }

    private static IssuerLocations locations(String issuer) {
        var ca = "http://ca.example.com:9001/";
        return new IssuerLocations(ca + "ca/" + issuer + ".crt", ca + "crl/" + issuer + ".crl", ca + "ocsp");
    }

    /** What is worse than a notice, as file and lint. */
    private List<String> findings(ExternalProgram zlint) throws Exception {
        var findings = new ArrayList<String>();
        var json = new ObjectMapper();
        for (String file : files) {
            var results = json.readTree(zlint.run("-includeSources", RFCS, file));
            assertThat(results.size()).as(file).isGreaterThan(50);
            results.properties().forEach(lint -> {
                var result = lint.getValue().path("result").asText();
                if (List.of("warn", "error", "fatal").contains(result)) {
                    findings.add(file + ": " + lint.getKey() + " " + lint.getValue());
                }
            });
        }
        return findings;
    }

    private void write(String name, X509Certificate certificate) throws IOException {
        Files.writeString(directory.resolve(name + ".pem"), Pem.of(certificate));
        files.add(name + ".pem");
    }

    private static SerialNumber serial() {
        return SerialNumber.random(RANDOMNESS);
    }

    private static Validity validity() {
        var now = Clock.systemUTC().instant();
        return new Validity(now.minusSeconds(60), now.plusSeconds(3600));
    }
}
