package io.lumia.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.fakes.TestAuthority;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.cert.X509CertificateHolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CertificateTemplateTest {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.750Z");

    private final TestAuthority authority = TestAuthority.at(NOW);

    @ParameterizedTest
    @EnumSource(Profile.class)
    void every_leaf_has_a_chain_that_the_platform_accepts(Profile profile) throws GeneralSecurityException {
        var leaf = authority.issue(
                profile,
                "name",
                List.of("name.example", "10.0.0.1", "::1"),
                KeyPairs.p256().getPublic());

        var path = CertificateFactory.getInstance("X.509")
                .generateCertPath(List.of(leaf, authority.intermediate().certificate()));
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.root(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        assertThat(CertPathValidator.getInstance("PKIX").validate(path, parameters))
                .isNotNull();
        assertThat(leaf.getExtendedKeyUsage()).containsExactly(profile == Profile.SERVER ? SERVER_AUTH : CLIENT_AUTH);
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        assertThat(leaf.getSubjectAlternativeNames().stream().map(name -> (Object) name.get(1)))
                .containsExactly("name.example", "10.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void an_intermediate_signs_leaves_only_and_a_root_anything() {
        assertThat(authority.intermediate().certificate().getBasicConstraints()).isZero();
        assertThat(authority.root().getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
        for (X509Certificate certificate :
                List.of(authority.root(), authority.intermediate().certificate())) {
            assertThat(certificate.getKeyUsage()).startsWith(false, false, false, false, false, true, true);
            assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        }
    }

    @Test
    void times_are_utc_time_until_2049_and_generalized_time_from_2050() throws Exception {
        var root = new X509CertificateHolder(authority.root().getEncoded()).toASN1Structure();
        assertThat(root.getStartDate().toASN1Primitive()).isInstanceOf(ASN1UTCTime.class);
        assertThat(root.getEndDate().toASN1Primitive()).isInstanceOf(ASN1GeneralizedTime.class);
        assertThat(authority.root().getNotBefore()).isEqualTo(Instant.parse("2026-03-01T11:59:00Z"));
    }

    @Test
    void a_name_too_long_for_a_subject_stands_among_the_names_and_is_critical_there() throws Exception {
        var name = "a".repeat(60) + ".example";
        var leaf = authority.issue(
                Profile.SERVER, name, List.of(name), KeyPairs.p256().getPublic());
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17");
    }

    @Test
    void an_issuer_has_the_key_of_its_certificate_and_never_shows_it() {
        var other = new KeySigner(KeyPairs.p256());
        assertThatThrownBy(() -> new Issuer(authority.root(), other)).hasMessageContaining("does not belong");
        var pretending =
                new KeySigner(KeyPairs.p256().getPrivate(), authority.root().getPublicKey());
        assertThatThrownBy(() -> new Issuer(authority.root(), pretending)).hasMessageContaining("does not belong");
        assertThat(other.toString()).isEqualTo("KeySigner[SHA256withECDSA]");
        assertThat(authority.intermediate().toString()).isEqualTo("Issuer[CN=Test Intermediate CA, O=Test]");
    }
}
