package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.AddressRange;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameConstraintsTest {
    private static final NameConstraints SITE = new NameConstraints(
            List.of("Example.com", "devices.lumia.internal"),
            List.of("secret.example.com"),
            List.of(AddressRange.parse("10.0.0.0/8")),
            List.of(AddressRange.parse("10.9.0.0/16")));

    @ParameterizedTest
    @CsvSource({
        "example.com, true",
        "a.b.EXAMPLE.com, true",
        "notexample.com, false",
        "secret.example.com, false",
        "x.secret.example.com, false",
        "*.example.com, false",
        "*.a.example.com, true",
        "*.devices.lumia.internal, true",
        "10.1.2.3, true",
        "10.9.2.3, false",
        "192.0.2.1, false",
        "::1, false"
    })
    void says_which_names_may_stand_below(String name, boolean allowed) {
        assertThat(SITE.refusal(name).isEmpty()).isEqualTo(allowed);
    }

    @Test
    void a_list_of_domains_says_nothing_of_addresses() {
        var domains = new NameConstraints(List.of("example.com"), List.of(), List.of(), List.of());
        assertThat(domains.refusal("192.0.2.1")).isEmpty();
        assertThat(NameConstraints.NONE.refusal("anything.at.all")).isEmpty();
    }

    @Test
    void stands_in_the_certificate_critical_and_is_read_back() {
        var six = new NameConstraints(
                List.of(),
                List.of(),
                List.of(AddressRange.parse("2001:db8::/32")),
                List.of(AddressRange.parse("::/0")));
        for (var constraints : List.of(SITE, six)) {
            var certificate = intermediate(constraints);
            assertThat(NameConstraints.of(certificate)).isEqualTo(constraints);
            assertThat(certificate.getCriticalExtensionOIDs()).contains("2.5.29.30");
        }
        var free = intermediate(NameConstraints.NONE);
        assertThat(free.getExtensionValue("2.5.29.30")).isNull();
        assertThat(NameConstraints.of(free)).isEqualTo(NameConstraints.NONE);
    }

    @ParameterizedTest
    @CsvSource({".example.com", "*.example.com", "example..com", "exa mple.com", "-a.com"})
    void what_is_no_domain_is_refused(String entry) {
        assertThatThrownBy(() -> new NameConstraints(List.of(entry), List.of(), List.of(), List.of()))
                .hasMessageContaining(entry);
    }

    private static java.security.cert.X509Certificate intermediate(NameConstraints constraints) {
        var now = Instant.parse("2026-03-01T12:00:00Z");
        var validity = new Validity(now, now.plusSeconds(1000));
        var signer = new KeySigner(KeyPairs.p256());
        var root = CertificateTemplate.root("Test", signer, new SerialNumber(BigInteger.TEN), validity);
        return CertificateTemplate.intermediate(
                        "Test",
                        KeyPairs.p256().getPublic(),
                        new SerialNumber(BigInteger.TWO),
                        validity,
                        IssuerLocations.NONE)
                .constrainedTo(constraints)
                .signedBy(new Issuer(root, signer));
    }
}
