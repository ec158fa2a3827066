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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A CA as it lies in a data directory, without its keys.
 *
 * @param root of the generation that issues
 * @param intermediate null when the root signs leaves itself
 * @param trusted the bundle: during a rotation there are two roots
 */
public record CaCertificates(
        X509Certificate root, @Nullable X509Certificate intermediate, List<X509Certificate> trusted) {
    /** In DATA/ca: the roots that are trusted now. */
    static final String BUNDLE = "roots.pem";
    /** In DATA/ca: the number of the generation that issues; absent while it is the first. */
    static final String ISSUING = "issuing";

    public CaCertificates {
        trusted = List.copyOf(trusted);
    }

    private CaCertificates(Ca ca) {
        this(ca.root(), ca.isSingle() ? null : ca.issuer().certificate(), List.of(ca.root()));
    }

    public Fingerprint fingerprint() {
        return Fingerprint.of(root);
    }

    /** As they follow each other in a chain: the intermediate, if there is one, and the root; then the other root that is trusted. */
    public List<X509Certificate> bundle() {
        var all = new ArrayList<X509Certificate>();
        if (intermediate != null) {
            all.add(intermediate);
        }
        all.add(root);
        trusted.stream().filter(other -> !other.equals(root)).forEach(all::add);
        return all;
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
        return new CaCertificates(first(data, config, clock).open(false));
    }

    /**
     * Opens the CA of a directory on which nothing runs, as a start would: keys decrypted and matched, chain and validity checked.
     *
     * @throws CannotStart naming the file and the remedy, when it could not be used
     */
    public static CaCertificates check(Path data, AuthorityConfig config, Clock clock) {
        CryptoProviders.install();
        try {
            var number = issuing(data.resolve("ca"));
            if (number.isEmpty()) {
                return new CaCertificates(first(data, config, clock).open(true));
            }
            var addresses = PlainAddresses.of(config);
            var ca =
                    new CaGenerations(data.resolve("ca"), config, addresses, System.getenv(), clock).open(number.get());
            return new CaCertificates(
                    ca.root(), ca.isSingle() ? null : ca.issuer().certificate(), read(data).trusted);
        } catch (IOException unreadable) {
            throw unreadable(data, unreadable);
        }
    }

    /** @throws CannotStart when there is no CA, or a certificate is damaged */
    public static CaCertificates read(Path data) {
        var directory = data.resolve("ca");
        try {
            var number = issuing(directory);
            var files = new CaFiles(
                    number.map(one -> directory.resolve(Integer.toString(one))).orElse(directory));
            if (!files.exists(CaDirectory.ROOT)) {
                throw new CannotStart("there is no CA in " + data.toAbsolutePath()
                        + ": name Lumia's data directory with --data, or make a CA with lumia ca init");
            }
            var root = files.certificate(CaDirectory.ROOT);
            var intermediate =
                    files.exists(CaDirectory.INTERMEDIATE) ? files.certificate(CaDirectory.INTERMEDIATE) : null;
            var bundle = new CaFiles(directory);
            return new CaCertificates(
                    root, intermediate, bundle.exists(BUNDLE) ? bundle.certificates(BUNDLE) : List.of(root));
        } catch (IOException unreadable) {
            throw unreadable(data, unreadable);
        }
    }

    /** The generation that issues; empty: the first. */
    static Optional<Integer> issuing(Path directory) throws IOException {
        var file = directory.resolve(ISSUING);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            int number = Integer.parseInt(Files.readString(file).strip());
            return number == 1 ? Optional.empty() : Optional.of(number);
        } catch (NumberFormatException damaged) {
            throw new CannotStart(
                    file.toAbsolutePath()
                            + " does not tell which generation of the CA issues: restore it from a backup",
                    damaged);
        }
    }

    private static CaDirectory first(Path data, AuthorityConfig config, Clock clock) {
        return new CaDirectory(data, config, PlainAddresses.of(config).ofRoot(Ca.rootName(1)), clock);
    }

    private static CannotStart unreadable(Path data, IOException unreadable) {
        return new CannotStart(
                "the CA's directory " + data.resolve("ca").toAbsolutePath() + " cannot be read (" + unreadable
                        + "); give this user access to it",
                unreadable);
    }
}
