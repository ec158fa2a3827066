package io.lumia.authority;

import io.lumia.x509.Fingerprint;
import io.lumia.x509.Issuer;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generation of the authority: its certificates, and what signs leaves. Where there is an intermediate, the root's key stays on disk.
 *
 * @param number 1: the one that the first start made; each rotation makes the next
 * @param rootNumber the generation that made the root, which is an earlier one where only the intermediate was replaced
 * @param root the trust anchor
 * @param issuer signs every leaf: the intermediate, or the root itself
 * @param cross the root, signed by the one before it; null: there is none
 * @param region whose CA it is, under a root whose key is elsewhere; null: the root's key is here
 */
record Ca(
        int number,
        int rootNumber,
        X509Certificate root,
        Issuer issuer,
        @Nullable X509Certificate cross,
        @Nullable String region) {
    /** The first generation. */
    Ca(X509Certificate root, Issuer issuer) {
        this(1, 1, root, issuer, null, null);
    }

    static Ca ofRegion(String region, X509Certificate root, Issuer issuer) {
        return new Ca(1, 1, root, issuer, null, region);
    }

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

    /**
     * What a leaf's holder presents beside it: everything between leaf and root. Servers add the cross-certificate, so that a client which slept
     * through a rotation can still verify them.
     */
    String chainPem(Profile profile) {
        var chain = new ArrayList<X509Certificate>();
        if (!isSingle()) {
            chain.add(issuer.certificate());
        }
        if (cross != null && profile == Profile.SERVER) {
            chain.add(cross);
        }
        return Pem.of(chain);
    }

    Fingerprint rootFingerprint() {
        return Fingerprint.of(root);
    }

    /** As in the addresses of its CRL and certificate. */
    String rootName() {
        return rootName(rootNumber);
    }

    static String rootName(int number) {
        return named("root", number);
    }

    /** Who signs leaves, as in the addresses and in the store. */
    String issuerName() {
        return isSingle() ? rootName() : issuerName(number, false);
    }

    static String issuerName(int number, boolean single) {
        return named(single ? "root" : "intermediate", number);
    }

    private static String named(String what, int number) {
        return number == 1 ? what : what + "-" + number;
    }

    /** The roots of several, each once, in this order. */
    static List<X509Certificate> roots(List<Ca> all) {
        return all.stream().map(Ca::root).distinct().toList();
    }
}
