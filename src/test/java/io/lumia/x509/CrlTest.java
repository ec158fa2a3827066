package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.TestAuthority;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CRLReason;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.junit.jupiter.api.Test;

class CrlTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.750Z");
    private static final String LOCATION = "http://localhost:9001/crl/intermediate.crl";
    private static final Validity DAY = new Validity(NOW, NOW.plus(Duration.ofDays(1)));

    private final TestAuthority authority = TestAuthority.at(NOW);

    @Test
    void a_crl_says_who_revoked_what_when_and_why() throws Exception {
        var compromised = CrlEntry.of(revoked(7, RevocationReason.KEY_COMPROMISE));
        var crl = read(template(41, LOCATION).signedBy(authority.intermediate(), List.of(compromised)));
        crl.verify(authority.intermediate().certificate().getPublicKey());
        assertThat(crl.getVersion()).isEqualTo(2);
        assertThat(crl.getIssuerX500Principal())
                .isEqualTo(authority.intermediate().certificate().getSubjectX500Principal());
        assertThat(crl.getThisUpdate().toInstant()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(crl.getNextUpdate().toInstant()).isEqualTo("2026-03-02T12:00:00Z");
        var entry = crl.getRevokedCertificate(BigInteger.valueOf(7));
        assertThat(entry.getRevocationReason()).isEqualTo(CRLReason.KEY_COMPROMISE);
        assertThat(entry.getRevocationDate()).isEqualTo(Date.from(Instant.parse("2026-03-01T11:00:00Z")));
    }

    @Test
    void the_reason_unspecified_is_left_out() throws Exception {
        var crl = read(template(41, LOCATION)
                .signedBy(authority.intermediate(), List.of(CrlEntry.of(revoked(7, RevocationReason.UNSPECIFIED)))));
        assertThat(crl.getRevokedCertificate(BigInteger.valueOf(7)).hasExtensions())
                .isFalse();
    }

    @Test
    void its_distribution_point_is_critical_and_the_one_in_the_certificates() throws Exception {
        var holder = new X509CRLHolder(template(41, LOCATION)
                .signedBy(authority.intermediate(), List.of())
                .der());
        var extension = holder.getExtension(Extension.issuingDistributionPoint);
        assertThat(extension.isCritical()).isTrue();
        var leaf = authority.issue(
                Profile.DEVICE, "dev", List.of(), KeyPairs.p256().getPublic());
        var points = CRLDistPoint.getInstance(new JcaX509CertificateHolder(leaf)
                        .getExtension(Extension.cRLDistributionPoints)
                        .getParsedValue())
                .getDistributionPoints();
        assertThat(IssuingDistributionPoint.getInstance(extension.getParsedValue())
                        .getDistributionPoint())
                .isEqualTo(points[0].getDistributionPoint());
        assertThat(holder.getExtension(Extension.authorityKeyIdentifier).isCritical())
                .isFalse();
    }

    @Test
    void an_empty_crl_lists_nothing_and_needs_no_distribution_point() throws Exception {
        var crl = new CrlTemplate(BigInteger.ONE, DAY, List.of()).signedBy(authority.intermediate(), List.of());
        assertThat(read(crl).getRevokedCertificates()).isNull();
        assertThat(read(crl).hasUnsupportedCriticalExtension()).isFalse();
        assertThat(crl.locations()).isEmpty();
        assertThat(crl.size()).isZero();
    }

    @Test
    void what_was_written_is_read_back() {
        var written = template(0x1234567890L, LOCATION).signedBy(authority.intermediate(), List.of());
        var read = Crl.parse(written.der());
        assertThat(read.number()).isEqualTo(BigInteger.valueOf(0x1234567890L));
        assertThat(read.locations()).containsExactly(LOCATION);
        assertThat(read.isSignedBy(authority.intermediate().certificate())).isTrue();
        assertThat(read.isSignedBy(authority.root())).isFalse();
        assertThat(read.isSignedBy(TestAuthority.at(NOW).intermediate().certificate()))
                .isFalse();
        assertThatThrownBy(() -> Crl.parse(new byte[] {1, 2, 3})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> template(0, LOCATION)).hasMessageContaining("positive");
    }

    @Test
    void lengths_of_one_to_four_octets_are_encoded_as_der_wants_them() throws Exception {
        for (int entries : new int[] {1, 3, 40, 2_000, 400_000}) {
            var many = Collections.nCopies(entries, CrlEntry.of(revoked(7, RevocationReason.SUPERSEDED)));
            var crl = template(41, LOCATION).signedBy(authority.intermediate(), many);
            assertThat(crl.size()).isEqualTo(entries);
            assertThat(crl.isSignedBy(authority.intermediate().certificate())).isTrue();
            if (entries <= 2_000) {
                assertThat(new X509CRLHolder(crl.der()).toASN1Structure().getEncoded("DER"))
                        .isEqualTo(crl.der());
            }
        }
    }

    private static CrlTemplate template(long number, String location) {
        return new CrlTemplate(BigInteger.valueOf(number), DAY, List.of(location));
    }

    private static RevokedCertificate revoked(long serial, RevocationReason reason) {
        return new RevokedCertificate(
                new SerialNumber(BigInteger.valueOf(serial)), NOW.minus(Duration.ofHours(1)), reason, NOW);
    }

    private static X509CRL read(Crl crl) throws Exception {
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(crl.der()));
    }
}
