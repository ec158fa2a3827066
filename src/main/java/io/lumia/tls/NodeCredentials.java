package io.lumia.tls;

import io.lumia.x509.Fingerprint;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * By what the nodes of a cluster know each other.
 *
 * @param own certificate of this node with its key
 * @param trusted roots whose certificates only nodes have: whoever shows one is a node
 */
public record NodeCredentials(TlsMaterial own, List<X509Certificate> trusted) {
    public NodeCredentials {
        trusted = List.copyOf(trusted);
    }

    /** Of the root that vouches for this node. */
    public Fingerprint root() {
        return Fingerprint.of(trusted.get(0));
    }
}
