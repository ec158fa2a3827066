package io.lumia.x509;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.Req;
import org.jspecify.annotations.Nullable;

/**
 * A question about certificates (RFC 6960, 4.1). Who asks does not matter: a signature on it is not looked at.
 *
 * @param certificates that are asked about, at least one
 * @param nonce to be repeated in the answer (RFC 9654); null: none
 */
public record OcspRequest(
        List<CertID> certificates, @Nullable Extension nonce) {
    private static final int MOST_CERTIFICATES = 100;
    /** RFC 9654, 2.1. */
    private static final int LONGEST_NONCE = 128;

    /** @throws IllegalArgumentException when it is malformed or asks for what is not understood */
    public static OcspRequest parse(byte[] der) {
        try {
            var request = new OCSPReq(der);
            var certificates = Stream.of(request.getRequestList())
                    .map(Req::getCertID)
                    .map(id -> id.toASN1Primitive())
                    .toList();
            if (certificates.isEmpty() || certificates.size() > MOST_CERTIFICATES) {
                throw new IllegalArgumentException("a request is about 1 to " + MOST_CERTIFICATES + " certificates");
            }
            return new OcspRequest(certificates, nonce(request));
        } catch (IOException | RuntimeException | StackOverflowError malformed) {
            // deeply nested values exhaust the parser's stack
            throw new IllegalArgumentException("not an OCSP request", malformed);
        }
    }

    private static @Nullable Extension nonce(OCSPReq request) {
        for (Object critical : request.getCriticalExtensionOIDs()) {
            if (!critical.equals(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)) {
                throw new IllegalArgumentException("critical extension " + critical + " is not understood");
            }
        }
        var extension = request.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (extension != null) {
            int octets = ASN1OctetString.getInstance(extension.getParsedValue()).getOctetsLength();
            if (octets < 1 || octets > LONGEST_NONCE) {
                throw new IllegalArgumentException("a nonce has 1 to " + LONGEST_NONCE + " octets");
            }
        }
        return extension;
    }
}
