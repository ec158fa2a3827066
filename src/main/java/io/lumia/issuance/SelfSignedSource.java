package io.lumia.issuance;

import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Keys;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The last resort of a server: a certificate that nobody vouches for, short-lived, so that the next attempt is not far. */
public final class SelfSignedSource implements CertificateSource {
    static final String METHOD = "self-signed";
    private static final Duration LIFETIME = Duration.ofHours(24);
    private static final Duration BACKDATED = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final Clock clock;

    public SelfSignedSource(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public Future<Void> health() {
        return Future.succeededFuture();
    }

    /** Fails for clients: whom it would let in is nobody's to say. */
    @Override
    public Future<TlsMaterial> obtain(CertificateWish wish) {
        if (wish.forClient()) {
            return Future.failedFuture(
                    new IssuanceFailed(Reason.REFUSED, "a client certificate is never self-signed", null, null));
        }
        return vertx.executeBlocking(() -> made(wish, clock.instant()), false);
    }

    static TlsMaterial made(CertificateWish wish, Instant now) {
        try {
            var pair = KeyPairs.of(wish.keyType());
            var subject = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.CN, wish.commonName())
                    .build();
            var builder = new JcaX509v3CertificateBuilder(
                            subject,
                            SerialNumber.random(new SecureRandom()).value(),
                            Date.from(now.minus(BACKDATED)),
                            Date.from(now.plus(LIFETIME)),
                            subject,
                            pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(Extension.subjectAlternativeName, false, names(wish.names()));
            var signer = new JcaContentSignerBuilder(Keys.signatureAlgorithm(pair.getPublic()));
            return new TlsMaterial(
                    pair.getPrivate(),
                    List.of(new JcaX509CertificateConverter()
                            .getCertificate(builder.build(signer.build(pair.getPrivate())))));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException broken) {
            throw new IllegalStateException("cannot make a self-signed certificate", broken);
        }
    }

    private static GeneralNames names(List<String> names) {
        return new GeneralNames(names.stream()
                .map(name -> new GeneralName(
                        CertificateRequest.isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }
}
