package io.lumia.x509;

import java.time.Instant;

/**
 * What a requester gets: a certificate and all it takes to present and verify it.
 *
 * @param serial of the leaf
 * @param issuedAt when the authority signed it; lifetimes count from here, since notBefore is backdated
 * @param validity notBefore and notAfter of the leaf
 * @param certificate the leaf, PEM
 * @param chain the intermediates, leaf's issuer first, without the root, PEM; empty when the root issued it
 * @param root the trust anchor, PEM
 */
public record CertificateBundle(
        SerialNumber serial, Instant issuedAt, Validity validity, String certificate, String chain, String root) {
    /** Leaf and intermediates, as a TLS server sends them. */
    public String fullChain() {
        return certificate + chain;
    }
}
