package io.lumia.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.jspecify.annotations.Nullable;

/** A signed CRL, to be looked into (RFC 5280, 5). */
public final class Crl {
    private final byte[] der;
    private final X509CRLHolder content;

    Crl(X509CRLHolder content) throws IOException {
        this.der = content.getEncoded();
        this.content = content;
    }

    /** @throws IllegalArgumentException when it is no CRL with number and nextUpdate */
    public static Crl parse(byte[] der) {
        try {
            var crl = new Crl(new X509CRLHolder(der));
            if (crl.content.getExtension(Extension.cRLNumber) == null || crl.content.getNextUpdate() == null) {
                throw new IllegalArgumentException("the CRL has no number or no nextUpdate");
            }
            return crl;
        } catch (IOException malformed) {
            throw new IllegalArgumentException("not a CRL", malformed);
        }
    }

    /** Whether this CA signed it. */
    public boolean isSignedBy(X509Certificate issuer) {
        try {
            return content.getIssuer().equals(new JcaX509CertificateHolder(issuer).getSubject())
                    && content.isSignatureValid(new JcaContentVerifierProviderBuilder().build(issuer.getPublicKey()));
        } catch (GeneralSecurityException
                | OperatorCreationException
                | org.bouncycastle.cert.CertException
                | RuntimeException otherKind) {
            return false;
        }
    }

    public byte[] der() {
        return der.clone();
    }

    public BigInteger number() {
        return CRLNumber.getInstance(content.getExtension(Extension.cRLNumber).getParsedValue())
                .getCRLNumber();
    }

    public Instant thisUpdate() {
        return content.getThisUpdate().toInstant();
    }

    public Instant nextUpdate() {
        return content.getNextUpdate().toInstant();
    }

    /** How many certificates it lists. */
    public int size() {
        return content.toASN1Structure().getRevokedCertificates().length;
    }

    /** The certificates it lists. */
    public Set<SerialNumber> serials() {
        return Stream.of(content.toASN1Structure().getRevokedCertificates())
                .map(entry -> new SerialNumber(entry.getUserCertificate().getPositiveValue()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The addresses in its Issuing Distribution Point; empty when it has none. */
    public List<String> locations() {
        var extension = content.getExtension(Extension.issuingDistributionPoint);
        return extension == null
                ? List.of()
                : addresses(IssuingDistributionPoint.getInstance(extension.getParsedValue())
                                .getDistributionPoint())
                        .toList();
    }

    private static Stream<String> addresses(@Nullable DistributionPointName point) {
        if (point == null || point.getType() != DistributionPointName.FULL_NAME) {
            return Stream.of();
        }
        return Stream.of(GeneralNames.getInstance(point.getName()).getNames())
                .filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
                .map(name -> name.getName().toString());
    }
}
