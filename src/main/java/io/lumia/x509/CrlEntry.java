package io.lumia.x509;

import java.io.IOException;
import java.util.Date;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.Time;

/** One certificate on a CRL (RFC 5280, 5.1.2.6), encoded once for all CRLs that list it. */
public final class CrlEntry {
    private final byte[] der;

    private CrlEntry(byte[] der) {
        this.der = der;
    }

    public static CrlEntry of(RevokedCertificate revoked) {
        try {
            var fields = new ASN1EncodableVector();
            fields.add(new ASN1Integer(revoked.serial().value()));
            fields.add(new Time(Date.from(revoked.revokedAt())));
            // The reason "unspecified" is said by saying none (5.3.1).
            if (revoked.reason() != RevocationReason.UNSPECIFIED) {
                var extensions = new ExtensionsGenerator();
                extensions.addExtension(
                        Extension.reasonCode,
                        false,
                        CRLReason.lookup(revoked.reason().code()));
                fields.add(extensions.generate());
            }
            return new CrlEntry(new DERSequence(fields).getEncoded(ASN1Encoding.DER));
        } catch (IOException broken) {
            throw new IllegalStateException("the CRL entry cannot be encoded", broken);
        }
    }

    /** Not to be changed: for the CRL that is put together. */
    byte[] der() {
        return der;
    }
}
