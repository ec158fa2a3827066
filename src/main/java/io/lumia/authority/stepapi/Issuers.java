package io.lumia.authority.stepapi;

import io.lumia.x509.Fingerprint;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

/**
 * The authority's certificates.
 *
 * @param issuer signs every leaf: the intermediate, or the root itself
 */
public record Issuers(X509Certificate root, X509Certificate issuer) {
    /** Whether the authority's key signed this certificate, whatever its dates say. */
    boolean signed(X509Certificate certificate) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException otherSigner) {
            return false;
        }
    }

    Fingerprint rootFingerprint() {
        return Fingerprint.of(root);
    }
}
