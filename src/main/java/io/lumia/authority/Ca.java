package io.lumia.authority;

import io.lumia.x509.Fingerprint;
import io.lumia.x509.Issuer;
import io.lumia.x509.Pem;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * The authority's certificates, and what signs leaves. Where there is an intermediate, the root's key stays on disk.
 *
 * @param root the trust anchor
 * @param issuer signs every leaf: the intermediate, or the root itself
 */
record Ca(X509Certificate root, Issuer issuer) {
    /** Whether the root signs leaves itself. */
    boolean isSingle() {
        return issuer.certificate().equals(root);
    }

    String rootPem() {
        return Pem.of(root);
    }

    /** Null when the root signs leaves itself. */
    @Nullable
    String intermediatePem() {
        return isSingle() ? null : Pem.of(issuer.certificate());
    }

    /** What a leaf's holder presents beside it: everything between leaf and root. */
    String chainPem() {
        return isSingle() ? "" : Pem.of(issuer.certificate());
    }

    Fingerprint rootFingerprint() {
        return Fingerprint.of(root);
    }
}
