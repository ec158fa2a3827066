package io.lumia.issuance;

import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;

/** What a CA sent, as a value. */
final class IssuedChain {
    private IssuedChain() {}

    /** Leaves the root out, which some CAs send along. */
    static List<X509Certificate> withoutRoot(List<X509Certificate> sent) {
        return sent.stream()
                .filter(link -> link.equals(sent.get(0))
                        || !link.getSubjectX500Principal().equals(link.getIssuerX500Principal()))
                .toList();
    }

    /** With the key that it was issued for, and without the root. */
    static TlsMaterial material(KeyPair pair, List<X509Certificate> sent) throws IssuanceFailed {
        try {
            return new TlsMaterial(pair.getPrivate(), withoutRoot(sent));
        } catch (IllegalArgumentException unfit) {
            throw new IssuanceFailed(
                    Reason.INVALID_CERTIFICATE,
                    "the CA's certificate cannot be used: " + unfit.getMessage(),
                    null,
                    unfit);
        }
    }
}
