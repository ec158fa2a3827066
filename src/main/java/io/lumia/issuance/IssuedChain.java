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
    static TlsMaterial material(KeyPair pair, List<X509Certificate> sent) throws IssuanceFailed {
        try {
            var chain = sent.stream()
                    .filter(link -> link.equals(sent.get(0))
                            || !link.getSubjectX500Principal().equals(link.getIssuerX500Principal()))
                    .toList();
            return new TlsMaterial(pair.getPrivate(), chain);
        } catch (IllegalArgumentException unfit) {
            throw new IssuanceFailed(
                    Reason.INVALID_CERTIFICATE,
                    "the CA's certificate cannot be used: " + unfit.getMessage(),
                    null,
                    unfit);
        }
    }
}
