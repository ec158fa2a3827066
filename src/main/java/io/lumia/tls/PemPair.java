package io.lumia.tls;

import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate and its key in two files of an operator.
 *
 * @param key of the section, {@code broker.tls}, for messages
 */
public record PemPair(String key, Path certFile, Path keyFile) {
    /** Blocks. @throws IllegalArgumentException naming key, file and remedy */
    public TlsMaterial read() {
        var chain = chain();
        var privateKey = privateKey();
        try {
            return new TlsMaterial(privateKey, chain);
        } catch (IllegalArgumentException apart) {
            throw new IllegalArgumentException(
                    where("key-file", keyFile) + " and " + certificate() + ": " + apart.getMessage()
                            + "; replace both together, the certificate first in its file, then its intermediates in order",
                    apart);
        }
    }

    /** The certificate's key and file, for messages. */
    String certificate() {
        return where("cert-file", certFile);
    }

    private List<X509Certificate> chain() {
        var where = certificate();
        try {
            return withoutRoot(Pem.certificates(text(where, certFile)));
        } catch (IllegalArgumentException malformed) {
            throw told(malformed, where, "it holds the certificate and its intermediates, PEM");
        }
    }

    private static List<X509Certificate> withoutRoot(List<X509Certificate> all) {
        var last = all.get(all.size() - 1);
        boolean root = all.size() > 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        return root ? all.subList(0, all.size() - 1) : all;
    }

    private PrivateKey privateKey() {
        var where = where("key-file", keyFile);
        try {
            return Pem.privateKey(text(where, keyFile));
        } catch (IllegalArgumentException malformed) {
            throw told(malformed, where, "it holds the private key of cert-file, PEM, without a password");
        }
    }

    private static IllegalArgumentException told(IllegalArgumentException malformed, String where, String expected) {
        var why = String.valueOf(malformed.getMessage());
        return why.startsWith(where)
                ? malformed
                : new IllegalArgumentException(where + ": " + why + "; " + expected, malformed);
    }

    private static String text(String where, Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(
                    where + " does not exist; put the file there or correct the path", missing);
        } catch (AccessDeniedException denied) {
            throw new IllegalArgumentException(where + " cannot be read; let the user of this process read it", denied);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    where + " cannot be read: " + unreadable + "; put a PEM file there", unreadable);
        }
    }

    private String where(String name, Path file) {
        return key + "." + name + " " + file;
    }
}
