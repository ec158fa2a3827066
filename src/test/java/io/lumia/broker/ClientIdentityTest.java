package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.BrokerConfig.IdentitySource;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.FleetDomain;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientIdentityTest {
    private static final FleetDomain DOMAIN = new FleetDomain("devices.test");

    @ParameterizedTest
    @CsvSource({
        "CN, CN=dev-1, dns:a.example, dev-1",
        "CN, O=nobody, dns:a.example, ",
        "CN, 'CN=dev-1,CN=dev-2', dns:a.example, ",
        "CN, 'CN=dev-1+O=x', dns:a.example, ",
        "SAN_DNS, CN=dev-1, dns:a.example, a.example",
        "SAN_DNS, CN=dev-1, dns:dev-2.devices.test, dev-2",
        "SAN_DNS, CN=dev-1, dns:dev-2.site.devices.test, dev-2.site.devices.test",
        "SAN_DNS, CN=dev-1, 'dns:a.example dns:b.example', ",
        "SAN_DNS, CN=dev-1, uri:urn:dev:1, ",
        "SAN_DNS, CN=dev-1, 'uri:urn:dev:1 dns:a.example', a.example",
        "SAN_URI, CN=dev-1, uri:urn:dev:1, urn:dev:1",
        "SAN_URI, CN=dev-1, 'uri:urn:dev:1 uri:urn:dev:2', ",
        "SAN_URI, CN=dev-1, dns:a.example, "
    })
    void is_the_one_name_of_the_kind_that_is_asked_for(
            IdentitySource source, String subject, String names, String expected) throws Exception {
        assertThat(new ClientIdentity(source, DOMAIN)
                        .of(certificate(subject, names))
                        .orElse(null))
                .isEqualTo(expected);
    }

    @Test
    void is_none_where_there_are_no_alternative_names() throws Exception {
        assertThat(new ClientIdentity(IdentitySource.SAN_URI, DOMAIN).of(certificate("CN=a", "")))
                .isEmpty();
    }

    private static X509Certificate certificate(String subject, String names) throws Exception {
        var pair = KeyPairs.p256();
        var now = Instant.ofEpochSecond(1_900_000_000);
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=any"),
                BigInteger.ONE,
                Date.from(now),
                Date.from(now.plus(Duration.ofHours(1))),
                new X500Name(subject),
                pair.getPublic());
        if (!names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(Stream.of(names.split(" "))
                            .map(ClientIdentityTest::name)
                            .toArray(GeneralName[]::new)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    }

    private static GeneralName name(String written) {
        return written.startsWith("dns:")
                ? new GeneralName(GeneralName.dNSName, written.substring(4))
                : new GeneralName(GeneralName.uniformResourceIdentifier, written.substring(4));
    }
}
