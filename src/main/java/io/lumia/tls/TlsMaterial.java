package io.lumia.tls;

import io.lumia.x509.Fingerprint;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key and the chain that goes with it, as a value; checked when made.
 *
 * @param key of the leaf
 * @param chain leaf first, without the root
 */
public record TlsMaterial(PrivateKey key, List<X509Certificate> chain) {
    /** @throws IllegalArgumentException when the chain is empty, out of order, or the key is not the leaf's */
    public TlsMaterial {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("the certificate chain is empty");
        }
        if (!Keys.match(key, chain.get(0).getPublicKey())) {
            throw new IllegalArgumentException("the private key does not belong to the certificate");
        }
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                throw new IllegalArgumentException("the certificate chain is out of order");
            }
        }
    }

    /** @throws IllegalArgumentException when either is malformed or they do not belong together */
    public static TlsMaterial parse(String keyPem, String fullChainPem) {
        return new TlsMaterial(Pem.privateKey(keyPem), Pem.certificates(fullChainPem));
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    public Fingerprint fingerprint() {
        return Fingerprint.of(leaf());
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "TlsMaterial[" + leaf().getSubjectX500Principal() + ", serial "
                + leaf().getSerialNumber().toString(16) + "]";
    }
}
