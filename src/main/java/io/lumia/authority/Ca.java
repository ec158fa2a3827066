package io.lumia.authority;

import io.lumia.x509.Fingerprint;
import io.lumia.x509.Issuer;
import io.lumia.x509.Pem;
import java.security.cert.X509Certificate;

/**
 * The authority's certificates, and the key that signs leaves. The root's key stays on disk.
 *
 * @param root the trust anchor
 * @param intermediate signs every leaf
 */
record Ca(X509Certificate root, Issuer intermediate) {
    String rootPem() {
        return Pem.of(root);
    }

    String intermediatePem() {
        return Pem.of(intermediate.certificate());
    }

    Fingerprint rootFingerprint() {
        return Fingerprint.of(root);
    }
}
