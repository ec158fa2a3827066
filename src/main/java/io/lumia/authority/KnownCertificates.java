package io.lumia.authority;

import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.x509.SerialNumber;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Certificates that were issued or asked for lately, since the broker asks at every CONNECT; the least recently used ones give way. Where other
 * nodes revoke too, nothing is remembered: the broker must hear of it at the next CONNECT.
 */
final class KnownCertificates {
    private static final int MOST = 20_000;

    private final int most;
    private final Map<SerialNumber, CertificateRecord> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SerialNumber, CertificateRecord> eldest) {
            return size() > most;
        }
    };

    /** @param shared whether other nodes write to the same store */
    KnownCertificates(boolean shared) {
        most = shared ? 0 : MOST;
    }

    /** With its status of now. */
    synchronized Optional<CertificateRecord> find(SerialNumber serial, Instant now) {
        return Optional.ofNullable(recent.get(serial)).map(certificate -> at(certificate, now));
    }

    /** Keeps what is known already: a slow read must not undo a revocation that came meanwhile. */
    synchronized void learn(CertificateRecord certificate) {
        recent.putIfAbsent(certificate.serial(), certificate);
    }

    /** Replaces whatever is known. */
    synchronized void revoked(CertificateRecord certificate) {
        recent.put(certificate.serial(), certificate);
    }

    private static CertificateRecord at(CertificateRecord known, Instant now) {
        if (known.status() != CertificateStatus.ACTIVE
                || !now.isAfter(known.validity().notAfter())) {
            return known;
        }
        return new CertificateRecord(
                known.serial(),
                known.profile(),
                known.identity(),
                known.names(),
                known.device(),
                known.issuedAt(),
                known.validity(),
                CertificateStatus.EXPIRED,
                known.requester(),
                known.via(),
                known.certificate(),
                known.revokedAt(),
                known.revocationReason(),
                known.provisioner(),
                known.address());
    }
}
