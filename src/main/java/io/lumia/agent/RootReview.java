package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.x509.Fingerprint;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Which bundles of roots an identity takes from its CA. The connection was verified by the roots that are trusted now; the chain that the CA
 * showed on it must lead to the new ones as well. So a root is dropped only on the word of a CA that goes by those that stay, and a
 * bundle that its own CA could not be verified by is never used.
 */
final class RootReview {
    /** Two while a root is replaced, some more where regions share their trust. */
    private static final int MOST = 32;

    private RootReview() {}

    /** @throws StepFailed saying why the bundle is not used */
    static void accept(RootSource.Offer offer, Instant now) throws StepFailed {
        if (offer.roots().size() > MOST) {
            throw unfit("it has " + offer.roots().size() + " certificates, more than " + MOST);
        }
        for (X509Certificate root : offer.roots()) {
            demandRoot(root);
        }
        try {
            CertificateCheck.chained(offer.shown(), offer.roots(), now);
        } catch (StepFailed foreign) {
            throw unfit("the CA that hands it out shows a chain that does not lead to any of it");
        }
    }

    private static void demandRoot(X509Certificate root) throws StepFailed {
        var who = root.getSubjectX500Principal() + " (" + Fingerprint.of(root) + ")";
        if (root.getBasicConstraints() < 0) {
            throw unfit(who + " is no CA");
        }
        try {
            root.verify(root.getPublicKey());
        } catch (GeneralSecurityException notItself) {
            throw unfit(who + " is not signed by itself, so it is no root");
        }
    }

    private static StepFailed unfit(String why) {
        return StepFailed.retry(Reason.INVALID_CERTIFICATE, "the CA's bundle of roots is not used: " + why, null);
    }
}
