package io.lumia.x509;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.io.pem.PemReader;

/** Textual encodings of certificates, requests and keys (RFC 7468). */
public final class Pem {
    /** RFC 7468, 2: lines of 64 characters. */
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    public static String of(X509Certificate certificate) {
        try {
            return text("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException unreadable) {
            throw new IllegalArgumentException("certificate cannot be encoded", unreadable);
        }
    }

    /** All of them, in order. */
    public static String of(List<X509Certificate> certificates) {
        var text = new StringBuilder();
        certificates.forEach(certificate -> text.append(of(certificate)));
        return text.toString();
    }

    /** PKCS#8, unencrypted: for files that only their owner reads. */
    public static String of(PrivateKey key) {
        return text("PRIVATE KEY", key.getEncoded());
    }

    /** Any other object, under its RFC 7468 label. */
    public static String text(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** The DER of the first object with this label. @throws IllegalArgumentException when there is none */
    public static byte[] content(String label, String pem) {
        try (var reader = new PemReader(new StringReader(pem))) {
            for (var object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                if (object.getType().equals(label)) {
                    return object.getContent();
                }
            }
        } catch (IOException | RuntimeException malformed) {
            throw new IllegalArgumentException("not PEM: " + malformed.getMessage(), malformed);
        }
        throw new IllegalArgumentException("no PEM object " + label + " found");
    }

    /** All certificates in the text, in order. @throws IllegalArgumentException when there is none or one is malformed */
    public static List<X509Certificate> certificates(String pem) {
        var found = new ArrayList<X509Certificate>();
        try (var parser = new PEMParser(new StringReader(pem))) {
            var converter = new JcaX509CertificateConverter();
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof X509CertificateHolder holder) {
                    found.add(converter.getCertificate(holder));
                }
            }
        } catch (IOException | CertificateException | RuntimeException malformed) {
            throw new IllegalArgumentException("not a PEM certificate: " + malformed.getMessage(), malformed);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no PEM certificate found");
        }
        return List.copyOf(found);
    }

    /** An unencrypted private key, PKCS#8 or SEC 1. @throws IllegalArgumentException when there is none; never shows key material */
    public static PrivateKey privateKey(String pem) {
        try (var parser = new PEMParser(new StringReader(pem))) {
            // openssl puts the parameters of an EC key before it
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                if (object instanceof PEMKeyPair pair) {
                    return Keys.privateKey(pair.getPrivateKeyInfo().getEncoded());
                }
                if (object instanceof PrivateKeyInfo info) {
                    return Keys.privateKey(info.getEncoded());
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException malformed) {
            throw new IllegalArgumentException(
                    "not a PEM private key (" + malformed.getClass().getSimpleName() + ")");
        }
        throw new IllegalArgumentException("no unencrypted PEM private key found");
    }
}
