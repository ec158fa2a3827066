package io.lumia.tls;

import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** CAs from PEM files that an operator gave. Blocks; call from a worker. */
public final class TrustBundle {
    private TrustBundle() {}

    /**
     * @param key the setting, for messages
     * @param own CAs of the fleet, which must not be among them: their certificates go by the authority's record
     * @throws IllegalArgumentException naming key, file and remedy
     */
    public static List<X509Certificate> read(String key, List<Path> files, List<X509Certificate> own) {
        var all = new ArrayList<X509Certificate>();
        for (Path file : files) {
            var where = key + " " + file;
            for (X509Certificate certificate : certificates(where, file)) {
                check(where, certificate, own);
                all.add(certificate);
            }
        }
        return List.copyOf(all);
    }

    private static List<X509Certificate> certificates(String where, Path file) {
        try {
            return Pem.certificates(Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(where + " does not exist", missing);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(where + " cannot be read: " + unreadable, unreadable);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    where + ": " + malformed.getMessage() + "; it holds the certificates of CAs, PEM", malformed);
        }
    }

    private static void check(String where, X509Certificate certificate, List<X509Certificate> own) {
        var who = certificate.getSubjectX500Principal().getName();
        if (certificate.getBasicConstraints() < 0) {
            throw new IllegalArgumentException(
                    where + ": " + who + " is no CA (basicConstraints); give its issuer's certificate instead");
        }
        for (X509Certificate fleets : own) {
            if (fleets.getPublicKey().equals(certificate.getPublicKey())) {
                throw new IllegalArgumentException(where + ": " + who
                        + " is the fleet's own CA, which is trusted anyway; remove it from the file");
            }
        }
    }
}
