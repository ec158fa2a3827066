package io.lumia.authority.acme;

import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;

/**
 * How renewal information names a certificate (RFC 9773, 4.1): key identifier of its issuer and serial, in base64url with a dot between.
 *
 * @param text as clients write it; there is one way only
 */
record CertificateId(String text, SerialNumber serial) {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]{1,100}\\.[A-Za-z0-9_-]{1,100}");

    /** @throws AcmeRefusal when it is none */
    static CertificateId parse(String text) {
        if (SHAPE.matcher(text).matches()) {
            try {
                var parts = text.split("\\.", 2);
                var serial = new BigInteger(Base64.getUrlDecoder().decode(parts[1]));
                var id = new CertificateId(text, new SerialNumber(serial));
                if (text.equals(written(Base64.getUrlDecoder().decode(parts[0]), serial))) {
                    return id;
                }
            } catch (IllegalArgumentException notBase64) {
                // told below, as any other text that names no certificate
            }
        }
        throw AcmeRefusal.malformed("the certificate's identifier is not KEY-IDENTIFIER.SERIAL (RFC 9773, 4.1)");
    }

    /** Whether it names this certificate, its issuer included. */
    boolean names(X509Certificate certificate) {
        var extension = certificate.getExtensionValue(Extension.authorityKeyIdentifier.getId());
        if (extension == null) {
            return false;
        }
        var issuer = AuthorityKeyIdentifier.getInstance(
                ASN1OctetString.getInstance(extension).getOctets());
        var key = issuer.getKeyIdentifierOctets();
        return key != null && text.equals(written(Arrays.copyOf(key, key.length), certificate.getSerialNumber()));
    }

    private static String written(byte[] keyIdentifier, BigInteger serial) {
        var base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(keyIdentifier) + "." + base64.encodeToString(serial.toByteArray());
    }
}
