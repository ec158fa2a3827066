package io.lumia.x509;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** A CA as OCSP requests name it: by hashes of its name and key (RFC 6960, 4.1.1), in each of the usual algorithms. */
public final class OcspIssuer {
    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            NISTObjectIdentifiers.id_sha256, "SHA-256",
            NISTObjectIdentifiers.id_sha384, "SHA-384",
            NISTObjectIdentifiers.id_sha512, "SHA-512");

    private final Map<ASN1ObjectIdentifier, Hashes> hashes = new HashMap<>();

    private record Hashes(ASN1OctetString name, ASN1OctetString key) {}

    public OcspIssuer(X509Certificate issuer) {
        var name = issuer.getSubjectX500Principal().getEncoded();
        var key = SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded())
                .getPublicKeyData()
                .getOctets();
        ALGORITHMS.forEach((identifier, algorithm) ->
                hashes.put(identifier, new Hashes(hash(algorithm, name), hash(algorithm, key))));
    }

    /** Whether the certificate in question is said to be of this CA. */
    public boolean issued(CertID certificate) {
        var own = hashes.get(certificate.getHashAlgorithm().getAlgorithm());
        return own != null
                && own.name.equals(certificate.getIssuerNameHash())
                && own.key.equals(certificate.getIssuerKeyHash());
    }

    private static ASN1OctetString hash(String algorithm, byte[] value) {
        try {
            return new DEROctetString(MessageDigest.getInstance(algorithm).digest(value));
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java platform lacks " + algorithm, broken);
        }
    }
}
