package io.lumia.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CRLHolder;

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

    private static final ASN1Integer VERSION_2 = new ASN1Integer(1);

    /** @throws IllegalArgumentException when the number is not positive or too long */
    public CrlTemplate {
        if (number.signum() <= 0 || number.bitLength() > MOST_NUMBER_BITS) {
            throw new IllegalArgumentException("a CRL number is positive and at most 20 octets long");
        }
        locations = List.copyOf(locations);
    }

    /** The CRL. */
    public Crl signedBy(Issuer issuer, Collection<CrlEntry> revoked) {
        try {
            var algorithm = issuer.signer().algorithm().getEncoded(ASN1Encoding.DER);
            var content = content(issuer, algorithm, revoked);
            var signature = new DERBitString(issuer.signer().sign(content)).getEncoded(ASN1Encoding.DER);
            return new Crl(new X509CRLHolder(DerSequence.of(List.of(content, algorithm, signature))));
        } catch (IOException broken) {
            throw new IllegalStateException("the CRL cannot be signed", broken);
        }
    }

    /** TBSCertList (5.1.2). */
    private byte[] content(Issuer issuer, byte[] algorithm, Collection<CrlEntry> revoked) throws IOException {
        var fields = new ArrayList<byte[]>();
        fields.add(VERSION_2.getEncoded(ASN1Encoding.DER));
        fields.add(algorithm);
        fields.add(issuer.name().getEncoded(ASN1Encoding.DER));
        fields.add(new Time(Date.from(window.notBefore())).getEncoded(ASN1Encoding.DER));
        fields.add(new Time(Date.from(window.notAfter())).getEncoded(ASN1Encoding.DER));
        if (!revoked.isEmpty()) {
            fields.add(DerSequence.of(revoked.stream().map(CrlEntry::der).toList()));
        }
        fields.add(new DERTaggedObject(true, 0, extensions(issuer)).getEncoded(ASN1Encoding.DER));
        return DerSequence.of(fields);
    }

    private Extensions extensions(Issuer issuer) throws IOException {
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.authorityKeyIdentifier, false, issuer.keyIdentifier());
        extensions.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
        if (!locations.isEmpty()) {
            extensions.addExtension(Extension.issuingDistributionPoint, true, distributionPoint());
        }
        return extensions.generate();
    }

    private IssuingDistributionPoint distributionPoint() {
        var names = locations.stream()
                .map(location -> new GeneralName(GeneralName.uniformResourceIdentifier, location))
                .toArray(GeneralName[]::new);
        var name = new DistributionPointName(DistributionPointName.FULL_NAME, new GeneralNames(names));
        return new IssuingDistributionPoint(name, false, false, null, false, false);
    }
}
