package io.lumia.x509;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * Who signs.
 *
 * @param certificate of the issuing CA
 * @param key its private key
 */
public record Issuer(X509Certificate certificate, PrivateKey key) {
    /** @throws IllegalArgumentException when the key is not the certificate's */
    public Issuer {
        if (!Keys.match(key, certificate.getPublicKey())) {
            throw new IllegalArgumentException("the private key does not belong to the certificate");
        }
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Issuer[" + certificate.getSubjectX500Principal() + "]";
    }
}
