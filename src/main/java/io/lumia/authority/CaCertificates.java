package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.CryptoProviders;
import io.lumia.x509.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CA as it lies in a data directory, without its keys.
 *
 * @param intermediate null when the root signs leaves itself
 */
public record CaCertificates(X509Certificate root, @Nullable X509Certificate intermediate) {
    public Fingerprint fingerprint() {
        return Fingerprint.of(root);
    }

    /** As they follow each other in a chain: the intermediate, if there is one, and the root. */
    public List<X509Certificate> bundle() {
        return intermediate == null ? List.of(root) : List.of(intermediate, root);
    }

    /**
     * Makes a CA without starting anything. Takes seconds for long RSA keys.
     *
     * @throws CannotStart when the directory holds a CA, or a database that may know certificates of one
     */
    public static CaCertificates make(Path data, AuthorityConfig config, Clock clock) {
        var files = new CaFiles(data.resolve("ca"));
        var there = CaDirectory.IN_ORDER.stream().filter(files::exists).findFirst();
        if (there.isPresent()) {
            throw new CannotStart("there is a CA already: " + files.path(there.get())
                    + "; choose another directory with --data, nothing was changed");
        }
        if (Files.exists(data.resolve("lumia.db"))) {
            throw new CannotStart("the data directory " + data.toAbsolutePath() + " is in use without a CA (lumia.db);"
                    + " choose an empty one with --data, nothing was changed");
        }
        CryptoProviders.install();
        var ca = new CaDirectory(data, config, PlainAddresses.of(config).ofRoot(), clock).open(false);
        return new CaCertificates(ca.root(), ca.isSingle() ? null : ca.issuer().certificate());
    }

    /**
     * Opens the CA of a directory on which nothing runs, as a start would: keys decrypted and matched, chain and validity checked.
     *
     * @throws CannotStart naming the file and the remedy, when it could not be used
     */
    public static CaCertificates check(Path data, AuthorityConfig config, Clock clock) {
        CryptoProviders.install();
        var ca = new CaDirectory(data, config, PlainAddresses.of(config).ofRoot(), clock).open(true);
        return new CaCertificates(ca.root(), ca.isSingle() ? null : ca.issuer().certificate());
    }

    /** @throws CannotStart when there is no CA, or a certificate is damaged */
    public static CaCertificates read(Path data) {
        var files = new CaFiles(data.resolve("ca"));
        try {
            if (!files.exists(CaDirectory.ROOT)) {
                throw new CannotStart("there is no CA in " + data.toAbsolutePath()
                        + ": name Lumia's data directory with --data, or make a CA with lumia ca init");
            }
            var intermediate =
                    files.exists(CaDirectory.INTERMEDIATE) ? files.certificate(CaDirectory.INTERMEDIATE) : null;
            return new CaCertificates(files.certificate(CaDirectory.ROOT), intermediate);
        } catch (IOException unreadable) {
            throw new CannotStart(
                    "the CA's directory " + data.resolve("ca").toAbsolutePath() + " cannot be read (" + unreadable
                            + "); give this user access to it",
                    unreadable);
        }
    }
}
