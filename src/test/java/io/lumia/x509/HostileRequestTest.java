package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.crypto.KeyPairs;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileRequestTest {
    private static final GeneralName GOOD = new GeneralName(GeneralName.dNSName, "www.example.test");

    @Test
    void refuses_every_kind_of_name_but_dns_and_addresses() throws Exception {
        var key = KeyPairs.p256();
        for (GeneralName other : List.of(
                new GeneralName(GeneralName.rfc822Name, "root@example.test"),
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://example.test/admin"),
                new GeneralName(new X500Name("CN=admin")),
                new GeneralName(GeneralName.registeredID, "1.2.3"))) {
            assertUnfit(csr(key, "SHA256withECDSA", List.of(GOOD, other), false), "neither DNS name nor IP address");
        }
        var odd = new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[5]));
        assertUnfit(csr(key, "SHA256withECDSA", List.of(GOOD, odd), false), "malformed");
    }

    @Test
    void refuses_weak_keys() throws Exception {
        var rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        assertUnfit(csr(rsa.generateKeyPair(), "SHA256withRSA", List.of(GOOD), false), "1024 bits");
        var p521 = KeyPairGenerator.getInstance("EC");
        p521.initialize(new ECGenParameterSpec("secp521r1"));
        assertUnfit(csr(p521.generateKeyPair(), "SHA512withECDSA", List.of(GOOD), false), "curve");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void refuses_a_signature_that_its_key_did_not_make(int way) throws Exception {
        var key = KeyPairs.p256();
        var der = csr(key, "SHA256withECDSA", List.of(GOOD), false);
        if (way == 0) {
            var swapped = new KeyPair(key.getPublic(), KeyPairs.p256().getPrivate());
            der = csr(swapped, "SHA256withECDSA", List.of(GOOD), false);
        } else if (way == 1) {
            int name = new String(der, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("www.example");
            der[name] = 'v';
        } else {
            java.util.Arrays.fill(der, der.length - 30, der.length, (byte) 0);
        }
        var tampered = der;
        assertThatThrownBy(() -> CertificateRequest.parse(tampered)).isInstanceOf(UnfitRequest.class);
    }

    @Test
    void refuses_what_is_huge_cut_off_or_has_too_many_names() throws Exception {
        var key = KeyPairs.p256();
        var many = IntStream.range(0, 500)
                .mapToObj(i -> new GeneralName(GeneralName.dNSName, "n" + i + ".example.test"))
                .toList();
        assertThatThrownBy(() -> CertificateRequest.parse(csr(key, "SHA256withECDSA", many, false)))
                .isInstanceOf(UnfitRequest.class);
        assertUnfit(new byte[100_000], "longer than");
        var good = csr(key, "SHA256withECDSA", List.of(GOOD), false);
        assertUnfit(java.util.Arrays.copyOf(good, good.length - 1), "malformed");
        assertUnfit(new byte[0], "malformed");
    }

    @Test
    void ignores_the_wish_to_be_a_ca() throws Exception {
        var request = CertificateRequest.parse(csr(KeyPairs.p256(), "SHA256withECDSA", List.of(GOOD), true));
        assertThat(request.names()).containsExactly("www.example.test");
    }

    private static void assertUnfit(byte[] der, String why) {
        assertThatThrownBy(() -> CertificateRequest.parse(der))
                .isInstanceOf(UnfitRequest.class)
                .hasMessageContaining(why);
    }

    private static byte[] csr(KeyPair pair, String algorithm, List<GeneralName> names, boolean ca) throws Exception {
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
        if (ca) {
            extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        }
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=www.example.test"), pair.getPublic())
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate()))
                .getEncoded();
    }
}
