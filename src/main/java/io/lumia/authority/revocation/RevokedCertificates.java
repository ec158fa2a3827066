package io.lumia.authority.revocation;

import io.lumia.x509.CrlEntry;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the next CRL lists, kept in memory: reading it all for every CRL would cost as much as making the CRL. For several threads. */
final class RevokedCertificates {
    private final Map<SerialNumber, Listed> listed = new LinkedHashMap<>();

    private record Listed(CrlEntry entry, Instant notAfter) {}

    synchronized void add(RevokedCertificate revoked) {
        listed.computeIfAbsent(revoked.serial(), first -> new Listed(CrlEntry.of(revoked), revoked.notAfter()));
    }

    synchronized void addAll(Collection<RevokedCertificate> revoked) {
        revoked.forEach(this::add);
    }

    /** As they are now. */
    synchronized List<CrlEntry> snapshot() {
        return listed.values().stream().map(Listed::entry).toList();
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
