package io.lumia.tls;

import io.lumia.crypto.KeyPairs;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate of nobody's CA: what a listener must turn away. */
final class SelfSigned {
    private SelfSigned() {}

    static TlsMaterial material(String commonName, Instant now) {
        try {
            var pair = KeyPairs.p256();
            var subject = new X500Name("CN=" + commonName);
            var builder = new JcaX509v3CertificateBuilder(
                    subject,
                    BigInteger.ONE,
                    Date.from(now.minus(Duration.ofMinutes(1))),
                    Date.from(now.plus(Duration.ofMinutes(5))),
                    subject,
                    pair.getPublic());
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
            return new TlsMaterial(pair.getPrivate(), List.of(certificate));
        } catch (OperatorCreationException | CertificateException broken) {
            throw new IllegalStateException("cannot make a self-signed certificate", broken);
        }
    }
}
