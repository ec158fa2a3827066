package io.lumia.expiry;

import io.lumia.x509.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/** The certificates in a file, whatever its form: PEM, DER or PKCS#12. Blocks. */
final class CertificateFile {
    private static final long LARGEST = 16L << 20;

    private CertificateFile() {}

    /** @param passwordFile of PKCS#12 files; null: they have none */
    static List<X509Certificate> read(Path file, @Nullable Path passwordFile) throws CannotLook {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > LARGEST) {
                throw new CannotLook("is larger than " + (LARGEST >> 20) + " MB: no certificate file");
            }
            var bytes = Files.readAllBytes(file);
            var text = new String(bytes, StandardCharsets.ISO_8859_1);
            if (text.contains("-----BEGIN ")) {
                return pem(text);
            }
            var der = der(bytes);
            return der.isEmpty() ? pkcs12(bytes, passwordFile) : der;
        } catch (IOException unreadable) {
            throw new CannotLook(
                    Files.exists(file) ? "cannot be read: let this user read it" : "there is no such file", unreadable);
        }
    }

    private static List<X509Certificate> pem(String text) throws CannotLook {
        if (!text.contains("CERTIFICATE-----")) {
            throw new CannotLook("holds no certificate");
        }
        try {
            return Pem.certificates(text);
        } catch (IllegalArgumentException malformed) {
            throw new CannotLook("holds a damaged certificate: " + malformed.getMessage(), malformed);
        }
    }

    /** Empty when it is something else. */
    private static List<X509Certificate> der(byte[] bytes) {
        try {
            var certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
            return List.of((X509Certificate) certificate);
        } catch (CertificateException other) {
            return List.of();
        }
    }

    /** BouncyCastle's reader also shows certificates without a key, which the platform's leaves out. */
    private static List<X509Certificate> pkcs12(byte[] bytes, @Nullable Path passwordFile) throws CannotLook {
        var password = password(passwordFile);
        try {
            var store = KeyStore.getInstance("PKCS12", new BouncyCastleProvider());
            store.load(new ByteArrayInputStream(bytes), password);
            var found = new LinkedHashSet<X509Certificate>();
            for (String alias : Collections.list(store.aliases())) {
                var chain = store.getCertificateChain(alias);
                var all = new ArrayList<Certificate>(chain == null ? List.of() : Arrays.asList(chain));
                all.add(store.getCertificate(alias));
                all.stream()
                        .filter(X509Certificate.class::isInstance)
                        .map(X509Certificate.class::cast)
                        .forEach(found::add);
            }
            if (found.isEmpty()) {
                throw new CannotLook("is a PKCS#12 file without certificates");
            }
            return List.copyOf(found);
        } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
            throw new CannotLook(
                    String.valueOf(unusable.getMessage()).contains("password")
                                    || String.valueOf(unusable.getMessage()).contains("mac invalid")
                            ? "is a PKCS#12 file under another password: give the right one in a file"
                            : "is neither PEM, DER nor PKCS#12",
                    unusable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static char[] password(@Nullable Path file) throws CannotLook {
        if (file == null) {
            return new char[0];
        }
        try {
            return Files.readString(file).strip().toCharArray();
        } catch (IOException unreadable) {
            throw new CannotLook("the password file " + file + " cannot be read", unreadable);
        }
    }
}
