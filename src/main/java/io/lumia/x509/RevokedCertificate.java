package io.lumia.x509;

import java.time.Instant;

/**
 * What has to be known of a revoked certificate to tell others.
 *
 * @param notAfter when the certificate would have ended by itself
 */
public record RevokedCertificate(SerialNumber serial, Instant revokedAt, RevocationReason reason, Instant notAfter) {}
