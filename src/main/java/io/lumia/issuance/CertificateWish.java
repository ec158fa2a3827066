package io.lumia.issuance;

import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants certified.
 *
 * @param commonName of the subject
 * @param names DNS names and IP addresses, at least one; the common name is among them only when it is one
 * @param keyType of the fresh key
 * @param current what is in use, with which some sources issue the next one; null: nothing yet
 * @param usages that the certificate must be good for; a CA may allow more
 */
public record CertificateWish(
        String commonName,
        List<String> names,
        KeyType keyType,
        @Nullable TlsMaterial current,
        Set<Usage> usages) {
    /** What a certificate is shown for (RFC 5280, 4.2.1.12). */
    public enum Usage {
        SERVER("serverAuth", "1.3.6.1.5.5.7.3.1"),
        CLIENT("clientAuth", "1.3.6.1.5.5.7.3.2");

        private final String label;
        private final String objectIdentifier;

        Usage(String label, String objectIdentifier) {
            this.label = label;
            this.objectIdentifier = objectIdentifier;
        }

        String objectIdentifier() {
            return objectIdentifier;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    public CertificateWish {
        names = List.copyOf(names);
        usages = usages.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(usages));
        if (commonName.isBlank() || names.isEmpty()) {
            throw new IllegalArgumentException("a certificate needs a common name and at least one name");
        }
    }

    /** For a server. */
    public CertificateWish(String commonName, List<String> names, KeyType keyType, @Nullable TlsMaterial current) {
        this(commonName, names, keyType, current, Set.of(Usage.SERVER));
    }

    /** Whether somebody would log in with it. */
    public boolean forClient() {
        return usages.contains(Usage.CLIENT);
    }
}
