package io.lumia.x509;

import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;

/** Who signs: a CA's certificate and what uses its key. What is the same in everything it signs is read once. */
public final class Issuer {
    private final X509Certificate certificate;
    private final Signer signer;
    private final X500Name name;
    private final AuthorityKeyIdentifier keyIdentifier;

    /**
     * @param certificate of the issuing CA
     * @throws IllegalArgumentException when the signer's key is not the certificate's, or the certificate has no subject key identifier
     */
    public Issuer(X509Certificate certificate, Signer signer) {
        if (!Keys.match(signer, certificate.getPublicKey())) {
            throw new IllegalArgumentException("the private key does not belong to the certificate");
        }
        this.certificate = certificate;
        this.signer = signer;
        this.name = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        this.keyIdentifier = keyIdentifier(certificate);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public Signer signer() {
        return signer;
    }

    /** As it stands in what it signs, byte for byte that of its certificate's subject (RFC 5280, 4.1.2.4). */
    public X500Name name() {
        return name;
    }

    /** RFC 5280, 4.2.1.1. */
    public AuthorityKeyIdentifier keyIdentifier() {
        return keyIdentifier;
    }

    private static AuthorityKeyIdentifier keyIdentifier(X509Certificate issuer) {
        var extension = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        if (extension == null) {
            throw new IllegalArgumentException("the issuing certificate has no subject key identifier");
        }
        var identifier = ASN1OctetString.getInstance(
                ASN1OctetString.getInstance(extension).getOctets());
        return new AuthorityKeyIdentifier(identifier.getOctets());
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Issuer[" + certificate.getSubjectX500Principal() + "]";
    }
}
