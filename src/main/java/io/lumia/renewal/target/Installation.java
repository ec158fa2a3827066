package io.lumia.renewal.target;

import io.lumia.tls.TlsMaterial;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a target is to serve from now on.
 *
 * @param material key and chain of its own, chain without the root
 * @param roots that lead to it; what the target also trusts its clients by, where it is told to keep such a file
 */
public record Installation(TlsMaterial material, List<X509Certificate> roots) {
    public Installation {
        roots = List.copyOf(roots);
    }
}
