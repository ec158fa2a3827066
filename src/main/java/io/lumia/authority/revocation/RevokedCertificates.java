package io.lumia.authority.revocation;

import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the next CRL lists, kept in memory: reading it all for every CRL would cost as much as making the CRL. For several threads. */
final class RevokedCertificates {
    private final Map<SerialNumber, RevokedCertificate> listed = new LinkedHashMap<>();

    synchronized void add(RevokedCertificate revoked) {
        listed.putIfAbsent(revoked.serial(), revoked);
    }

    synchronized void addAll(Collection<RevokedCertificate> revoked) {
        revoked.forEach(this::add);
    }

    /** As they are now, the earliest revocation first. */
    synchronized List<RevokedCertificate> snapshot() {
        return List.copyOf(listed.values());
    }

    /**
     * Takes out those whose certificate ended before a regular CRL was made: that one listed them after their end, as RFC 5280, 3.3 wants it.
     *
     * @param thisUpdate of that CRL
     */
    synchronized void forgetEndedBefore(Instant thisUpdate) {
        listed.values().removeIf(revoked -> revoked.notAfter().isBefore(thisUpdate));
    }
}
