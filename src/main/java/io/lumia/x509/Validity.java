package io.lumia.x509;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** The span in which a certificate is valid, both ends included (RFC 5280, 4.1.2.5). */
public record Validity(Instant notBefore, Instant notAfter) {
    /** @throws IllegalArgumentException when the span is empty */
    public Validity {
        if (!notAfter.isAfter(notBefore)) {
            throw new IllegalArgumentException("notAfter " + notAfter + " is not after notBefore " + notBefore);
        }
    }

    public static Validity of(X509Certificate certificate) {
        return new Validity(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    public Duration lifetime() {
        return Duration.between(notBefore, notAfter);
    }

    public boolean contains(Instant instant) {
        return !instant.isBefore(notBefore) && !instant.isAfter(notAfter);
    }
}
