package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.x509.CertificateRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Judges the certificate of a tls-alpn-01 response (RFC 8737, 3). */
final class TlsAlpn01Certificate {
    /** id-pe-acmeIdentifier (RFC 8737, 6.1). */
    static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";

    /** OCTET STRING of 34 octets, the extension's value, which is an OCTET STRING of 32, the digest. */
    private static final byte[] WRAPPING = {0x04, 0x22, 0x04, 0x20};

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private TlsAlpn01Certificate() {}

    /**
     * What is wrong with it, to be read after "a certificate"; empty: nothing.
     *
     * @param name DNS name or address literal that it is to prove
     */
    static Optional<String> fault(X509Certificate certificate, String name, String keyAuthorization) {
        if (!isSelfSigned(certificate)) {
            return Optional.of("that is not self-signed");
        }
        if (!names(certificate).equals(Optional.of(List.of(canonical(name))))) {
            return Optional.of("whose subject alternative name is not this one alone");
        }
        var critical = certificate.getCriticalExtensionOIDs();
        if (critical == null || !critical.contains(ACME_IDENTIFIER)) {
            return Optional.of("without a critical acmeIdentifier extension");
        }
        return MessageDigest.isEqual(certificate.getExtensionValue(ACME_IDENTIFIER), expected(keyAuthorization))
                ? Optional.empty()
                : Optional.of("whose acmeIdentifier is not the SHA-256 digest of the key authorization");
    }

    private static boolean isSelfSigned(X509Certificate certificate) {
        try {
            certificate.verify(certificate.getPublicKey());
            return certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
        } catch (GeneralSecurityException otherKey) {
            return false;
        }
    }

    /** Empty when there are none or some of another type. */
    private static Optional<List<String>> names(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null || !names.stream().allMatch(TlsAlpn01Certificate::isNameOrAddress)
                    ? Optional.empty()
                    : Optional.of(names.stream()
                            .map(entry -> canonical((String) entry.get(1)))
                            .toList());
        } catch (CertificateParsingException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** An address written as a DNS name does not prove the address, nor the other way round. */
    private static boolean isNameOrAddress(List<?> entry) {
        return entry.get(1) instanceof String text
                && Integer.valueOf(CertificateRequest.isAddress(text) ? IP_ADDRESS : DNS_NAME)
                        .equals(entry.get(0));
    }

    private static String canonical(String name) {
        return CertificateRequest.isAddress(name)
                ? AddressRange.address(name).getHostAddress()
                : name.toLowerCase(java.util.Locale.ROOT);
    }

    private static byte[] expected(String keyAuthorization) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
            var value = java.util.Arrays.copyOf(WRAPPING, WRAPPING.length + digest.length);
            System.arraycopy(digest, 0, value, WRAPPING.length, digest.length);
            return value;
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }
}
