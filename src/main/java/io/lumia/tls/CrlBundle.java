package io.lumia.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** CRLs from files (RFC 5280, 5), each verified with the CA that issued it. */
public record CrlBundle(List<X509CRL> lists) {
    public static final CrlBundle EMPTY = new CrlBundle(List.of());

    private static final String DELTA_INDICATOR = "2.5.29.27";

    public CrlBundle {
        lists = List.copyOf(lists);
    }

    /**
     * Blocks; call from a worker.
     *
     * @param key the setting, for messages
     * @param issuers the CAs that are trusted
     * @throws IllegalArgumentException naming key, file and remedy
     */
    public static CrlBundle read(String key, List<Path> files, List<X509Certificate> issuers) {
        var all = new ArrayList<X509CRL>();
        for (Path file : files) {
            var where = key + " " + file;
            for (X509CRL list : lists(where, file)) {
                check(where, list, issuers);
                all.add(list);
            }
        }
        return new CrlBundle(all);
    }

    /** Whether one of the lists names the certificate. */
    public boolean isRevoked(X509Certificate certificate) {
        for (X509CRL list : lists) {
            if (list.isRevoked(certificate)) {
                return true;
            }
        }
        return false;
    }

    /** Those whose next update is overdue. They still hold: what was revoked stays revoked. */
    public List<X509CRL> overdue(Instant now) {
        return lists.stream()
                .filter(list -> list.getNextUpdate() != null
                        && list.getNextUpdate().toInstant().isBefore(now))
                .toList();
    }

    public int entries() {
        return lists.stream()
                .mapToInt(list -> list.getRevokedCertificates() == null
                        ? 0
                        : list.getRevokedCertificates().size())
                .sum();
    }

    private static Collection<X509CRL> lists(String where, Path file) {
        try {
            var found = CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (found.isEmpty()) {
                throw new IllegalArgumentException(where + " holds no CRL; it holds CRLs, PEM or DER");
            }
            return found.stream().map(X509CRL.class::cast).toList();
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(where + " does not exist", missing);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(where + " cannot be read: " + unreadable, unreadable);
        } catch (CRLException | CertificateException malformed) {
            throw new IllegalArgumentException(
                    where + " is no CRL: " + malformed.getMessage() + "; it holds CRLs, PEM or DER", malformed);
        }
    }

    private static void check(String where, X509CRL list, List<X509Certificate> issuers) {
        var issuer = list.getIssuerX500Principal();
        if (list.getExtensionValue(DELTA_INDICATOR) != null) {
            throw new IllegalArgumentException(where + " is a delta CRL; give the complete one");
        }
        if (issuers.stream().noneMatch(ca -> isSignedBy(list, ca))) {
            throw new IllegalArgumentException(where + " is not signed by a CA that is trusted here: "
                    + issuer.getName() + "; put that CA's certificate into broker.client-ca-files");
        }
    }

    private static boolean isSignedBy(X509CRL list, X509Certificate authority) {
        if (!authority.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
            return false;
        }
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException notByThis) {
            return false;
        }
    }
}
