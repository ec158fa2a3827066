package io.lumia.expiry;

import io.lumia.x509.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
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

    private static List<X509Certificate> pkcs12(byte[] bytes, @Nullable Path passwordFile) throws CannotLook {
        PKCS12PfxPdu store;
        try {
            store = new PKCS12PfxPdu(bytes);
        } catch (IOException | RuntimeException otherForm) {
            throw new CannotLook("is neither PEM, DER nor PKCS#12", otherForm);
        }
        var password = password(passwordFile);
        try {
            var provider = new BouncyCastleProvider();
            if (store.hasMac()
                    && !store.isMacValid(new JcePKCS12MacCalculatorBuilderProvider().setProvider(provider), password)) {
                throw new CannotLook("is a PKCS#12 file under another password: give the right one in a file");
            }
            var decryptor = new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(provider)
                    .build(password);
            return bags(store, decryptor);
        } catch (PKCSException | CertificateException | RuntimeException unusable) {
            throw new CannotLook("is a PKCS#12 file that cannot be opened: " + unusable.getMessage(), unusable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** From the bags themselves: Java's key stores leave certificates without key or name out. */
    private static List<X509Certificate> bags(PKCS12PfxPdu store, InputDecryptorProvider decryptor)
            throws PKCSException, CertificateException, CannotLook {
        var found = new ArrayList<X509Certificate>();
        var converter = new JcaX509CertificateConverter();
        for (ContentInfo content : store.getContentInfos()) {
            var safe = content.getContentType().equals(PKCSObjectIdentifiers.encryptedData)
                    ? new PKCS12SafeBagFactory(content, decryptor)
                    : new PKCS12SafeBagFactory(content);
            for (PKCS12SafeBag bag : safe.getSafeBags()) {
                if (bag.getBagValue() instanceof X509CertificateHolder certificate) {
                    found.add(converter.getCertificate(certificate));
                }
            }
        }
        if (found.isEmpty()) {
            throw new CannotLook("is a PKCS#12 file without certificates");
        }
        return found;
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
