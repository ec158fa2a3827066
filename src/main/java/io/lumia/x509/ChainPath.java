package io.lumia.x509;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** Which part of a presented chain is to be validated against roots (RFC 5280, 6). */
public final class ChainPath {
    private ChainPath() {}

    /**
     * The links below the roots, the leaf first. Left out are the roots, and with them their cross-certificates by other roots, which servers send
     * for those that know no other root yet (RFC 4158, 1.4).
     */
    public static List<X509Certificate> below(List<X509Certificate> chain, Collection<X509Certificate> roots) {
        return chain.stream()
                .filter(link -> roots.stream().noneMatch(root -> isSame(root, link)))
                .toList();
    }

    private static boolean isSame(X509Certificate root, X509Certificate link) {
        return root.getSubjectX500Principal().equals(link.getSubjectX500Principal())
                && root.getPublicKey().equals(link.getPublicKey());
    }
}
