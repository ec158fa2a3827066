package io.lumia.authority.stepapi;

import io.lumia.x509.Fingerprint;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The authority's certificates of now: several of each during a rotation.
 *
 * @param roots that are trusted
 * @param issuers sign leaves, or did: the intermediates, or the roots themselves
 */
public record Issuers(List<X509Certificate> roots, List<X509Certificate> issuers) {
    public Issuers {
        roots = List.copyOf(roots);
        issuers = List.copyOf(issuers);
    }

    /** Whether one of the authority's keys signed this certificate, whatever its dates say. */
    boolean signed(X509Certificate certificate) {
        return issuers.stream().anyMatch(issuer -> signed(certificate, issuer));
    }

    private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
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

    /** Whether this is the fingerprint of a root. */
    boolean isRoot(String sha256) {
        return roots.stream().anyMatch(root -> Fingerprint.of(root).hex().equalsIgnoreCase(sha256));
    }
}
