package io.lumia.x509;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** SHA-256 in lower-case hexadecimal, as the step CLI writes it. */
public record Fingerprint(String hex) {
    private static final int HEX_DIGITS = 64;

    /** Accepts upper case and colons, as OpenSSL prints them. @throws IllegalArgumentException when it is not 64 hex digits */
    public Fingerprint {
        hex = hex.replace(":", "").toLowerCase(java.util.Locale.ROOT);
        if (hex.length() != HEX_DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
            throw new IllegalArgumentException(
                    "not a SHA-256 fingerprint: " + Printable.quoted(hex) + "; expected 64 hexadecimal digits");
        }
    }

    /** Of the certificate's DER encoding. */
    public static Fingerprint of(X509Certificate certificate) {
        try {
            return sha256(certificate.getEncoded());
        } catch (CertificateEncodingException unreadable) {
            throw new IllegalArgumentException("certificate cannot be encoded", unreadable);
        }
    }

    /** Of the key's SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): the same key has the same fingerprint wherever it appears. */
    public static Fingerprint of(PublicKey key) {
        return sha256(key.getEncoded());
    }

    /**
     * Of several certificates together, in whatever order and however often they appear: SHA-256 of their fingerprints, sorted, each with a newline.
     */
    public static Fingerprint ofBundle(Collection<X509Certificate> certificates) {
        var lines = certificates.stream()
                .map(certificate -> of(certificate).hex + "\n")
                .distinct()
                .sorted()
                .collect(Collectors.joining());
        return sha256(lines.getBytes(StandardCharsets.US_ASCII));
    }

    private static Fingerprint sha256(byte[] der) {
        try {
            return new Fingerprint(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(der)));
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
