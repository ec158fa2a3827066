package io.lumia.fakes;

import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root that issues directly, for tests of what lies outside the authority. */
public final class FleetCa {
    private final KeyPair pair;
    private final Clock clock;
    private final Instant begun;
    private final X509Certificate root;

    public FleetCa(Clock clock) {
        CryptoProviders.install();
        this.clock = clock;
        this.pair = KeyPairs.p256();
        this.begun = clock.instant();
        this.root =
                sign("Test root", pair.getPublic(), List.of(), begun.minus(Duration.ofDays(1)), Duration.ofDays(400));
    }

    public X509Certificate root() {
        return root;
    }

    /** For a fresh key; backdated by a minute at least. */
    public TlsMaterial issue(String commonName, List<String> names, Duration lifetime) {
        var fresh = KeyPairs.p256();
        return new TlsMaterial(fresh.getPrivate(), List.of(certify(fresh.getPublic(), commonName, names, lifetime)));
    }

    public X509Certificate certify(PublicKey key, String commonName, List<String> names, Duration lifetime) {
        var now = clock.instant();
        // TLS looks at the system's clock, so a certificate from a clock that was moved ahead must be valid already
        var notBefore = (now.isBefore(begun) ? now : begun).minus(Duration.ofMinutes(1));
        return sign(commonName, key, names, notBefore, Duration.between(notBefore, now.plus(lifetime)));
    }

    /** PEM; names these certificates, and is good for a day. */
    public String crl(X509Certificate... revoked) {
        try {
            var now = clock.instant();
            var builder = new X509v2CRLBuilder(new X500Name("CN=Test root"), Date.from(now));
            builder.setNextUpdate(Date.from(now.plus(Duration.ofDays(1))));
            for (X509Certificate each : revoked) {
                builder.addCRLEntry(each.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
            }
            var list = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
            return Pem.text("X509 CRL", list.getEncoded());
        } catch (Exception broken) {
            throw new IllegalStateException("the test's CA cannot sign", broken);
        }
    }

    private X509Certificate sign(
            String commonName, PublicKey key, List<String> names, Instant notBefore, Duration lifetime) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=Test root"),
                    SerialNumber.random(new SecureRandom()).value(),
                    Date.from(notBefore),
                    Date.from(notBefore.plus(lifetime)),
                    new X500Name("CN=" + commonName),
                    key);
            if (names.isEmpty()) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            } else {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.stream()
                                .map(name -> new GeneralName(
                                        name.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName, name))
                                .toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        } catch (Exception broken) {
            throw new IllegalStateException("the test's CA cannot sign", broken);
        }
    }
}
