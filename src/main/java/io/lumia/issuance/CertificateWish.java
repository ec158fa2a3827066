package io.lumia.issuance;

import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants certified.
 *
 * @param commonName of the subject
 * @param names DNS names and IP addresses, at least one; the common name is among them only when it is one
 * @param keyType of the fresh key
 * @param current what is in use, with which some sources issue the next one; null: nothing yet
 */
public record CertificateWish(
        String commonName,
        List<String> names,
        KeyType keyType,
        @Nullable TlsMaterial current) {
    public CertificateWish {
        names = List.copyOf(names);
        if (commonName.isBlank() || names.isEmpty()) {
            throw new IllegalArgumentException("a certificate needs a common name and at least one name");
        }
    }
}
