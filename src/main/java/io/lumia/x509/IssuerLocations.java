package io.lumia.x509;

import org.jspecify.annotations.Nullable;

/**
 * Where a certificate says that its issuer's certificate and its own status are to be had, all by plain HTTP: whoever asks cannot verify HTTPS
 * yet.
 *
 * @param issuerUrl of the issuer's certificate, DER (RFC 5280, 4.2.2.1); null: left out
 * @param crlUrl of the issuer's CRL, DER (RFC 5280, 4.2.1.13); null: left out
 * @param ocspUrl of the responder for the issuer's certificates (RFC 5280, 4.2.2.1); null: left out
 */
public record IssuerLocations(
        @Nullable String issuerUrl,
        @Nullable String crlUrl,
        @Nullable String ocspUrl) {
    /** Says nothing. */
    public static final IssuerLocations NONE = new IssuerLocations(null, null, null);
}
