package io.lumia.tls;

import io.lumia.x509.Pem;
import io.lumia.x509.ServerIdentity;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A certificate and its key in two files that an operator keeps up to date. It is taken as a whole or not at all. */
final class ManualPair implements ListenerSource {
    private final String key;
    private final Path certFile;
    private final Path keyFile;
    private final Clock clock;
    private final WorkerExecutor worker;

    /** @param key of the section, {@code broker.tls}, for messages */
    ManualPair(String key, Path certFile, Path keyFile, Clock clock, WorkerExecutor worker) {
        this.key = key;
        this.certFile = certFile;
        this.keyFile = keyFile;
        this.clock = clock;
        this.worker = worker;
    }

    List<Path> files() {
        return List.of(certFile, keyFile);
    }

    @Override
    public String method() {
        return "manual";
    }

    @Override
    public String origin() {
        return "manual";
    }

    @Override
    public Future<TlsMaterial> obtain(@Nullable TlsMaterial current) {
        return worker.executeBlocking(this::read, false);
    }

    /** Blocks. @throws IllegalArgumentException naming key, file and remedy */
    TlsMaterial read() {
        var chain = chain();
        var privateKey = privateKey();
        try {
            var material = new TlsMaterial(privateKey, chain);
            check(material, clock.instant());
            return material;
        } catch (CertificateException unfit) {
            throw new IllegalArgumentException(unfit.getMessage(), unfit);
        } catch (IllegalArgumentException apart) {
            throw new IllegalArgumentException(
                    where("key-file", keyFile) + " and " + where("cert-file", certFile) + ": " + apart.getMessage()
                            + "; replace both together, the certificate first in its file, then its intermediates in order",
                    apart);
        }
    }

    @Override
    public void check(TlsMaterial material, Instant now) throws CertificateException {
        var leaf = material.leaf();
        var from = leaf.getNotBefore().toInstant();
        var until = leaf.getNotAfter().toInstant();
        if (now.isAfter(until)) {
            throw unfit("expired at " + until + "; put a renewed one there");
        }
        if (now.isBefore(from)) {
            throw unfit("is valid only from " + from + "; check this machine's clock");
        }
        try {
            ServerFitness.check(material, List.of(), trust(material), now);
        } catch (CertificateException unfit) {
            throw unfit("cannot be used by a TLS server: " + unfit.getMessage()
                    + "; put one there with its intermediates and the purpose serverAuth");
        }
    }

    @Override
    public FleetTrust trust(TlsMaterial material) {
        return ServerFitness.topOf(material);
    }

    /** Names that clients are told and the certificate does not carry. */
    static List<String> missing(TlsMaterial material, List<String> names) {
        return names.stream()
                .filter(name -> !ServerIdentity.covers(material.leaf(), name))
                .toList();
    }

    private CertificateException unfit(String why) {
        return new CertificateException(where("cert-file", certFile) + " " + why);
    }

    private List<X509Certificate> chain() {
        var where = where("cert-file", certFile);
        try {
            var all = Pem.certificates(text(where, certFile));
            var last = all.get(all.size() - 1);
            boolean root = all.size() > 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
            return root ? all.subList(0, all.size() - 1) : all;
        } catch (IllegalArgumentException malformed) {
            throw told(malformed, where, "it holds the certificate and its intermediates, PEM");
        }
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
